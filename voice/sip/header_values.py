"""A header line that lists several values, taken apart (RFC 3261 section 7.3.1)."""

import re

_VALUE = re.compile(r'(?:"(?:[^"\\]|\\.)*"|<[^>]*>|[^,"<])+')


def listed(line: str) -> list[str]:
    """Split at the commas that are neither in quotes nor in angle brackets; empty values are left out."""
    return [value.strip() for value in _VALUE.findall(line) if value.strip()]
