"""A header line that lists several values, taken apart (RFC 3261 section 7.3.1)."""


def listed(line: str) -> list[str]:
    """Split at the commas that are neither in quotes nor in angle brackets; empty values are left out.

    One pass, whatever a stranger sends: a regular expression would go back and forth over a long line.
    """
    values, start, quoted, bracketed, escaped = [], 0, False, False, False
    for at, letter in enumerate(line):
        if escaped:
            escaped = False
        elif quoted:
            escaped, quoted = letter == "\\", letter != '"'
        elif letter == '"' and not bracketed:
            quoted = True
        elif letter in "<>":
            bracketed = letter == "<"
        elif letter == "," and not bracketed:
            values.append(line[start:at])
            start = at + 1
    values.append(line[start:])
    return [value.strip() for value in values if value.strip()]
