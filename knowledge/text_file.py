"""A text file somebody made: UTF-8, UTF-16 with its mark or GB18030, told apart; anything else is a sentence."""

from pathlib import Path

from models.errors import OperatorFault

COMMON_SHARE = 0.8
"""Of the Chinese characters in real GB18030 text, so many are of GB 2312's first level, at least."""


def read_text(path: Path) -> str:
    """Return the file's text; raise `OperatorFault` with file and line where it is no text in a known encoding."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise OperatorFault(f"{path} can't be read ({error.strerror}); check its name and rights.") from error
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded(path, data, "utf-16")
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise OperatorFault(f"{path}, line {line}: this is no text file; save it as UTF-8 text.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        chinese = _gb18030(data)
        if chinese is not None:
            return chinese
        line = data[: error.start].count(b"\n") + 1
        raise OperatorFault(
            f"{path}, line {line}: the byte 0x{data[error.start]:02x} is neither UTF-8 nor GB18030; save it as UTF-8."
        ) from error


def _decoded(path: Path, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(encoding, "ignore").count("\n") + 1
        raise OperatorFault(f"{path}, line {line}: the {encoding.upper()} is broken; save it as UTF-8.") from error


def _gb18030(data: bytes) -> str | None:
    """The text, if the bytes are GB18030 and read like Chinese: other 8-bit text may decode by chance."""
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return None
    foreign = [sign for sign in text if not sign.isascii()]
    common = sum(_common(sign) for sign in foreign)
    return text if common >= COMMON_SHARE * len(foreign) else None


def _common(sign: str) -> bool:
    """Whether it is punctuation or of the first level of GB 2312 (rows 16-55, the 3,755 commonest characters)."""
    code = sign.encode("gb18030")
    return len(code) == 2 and code[1] >= 0xA1 and (0xA1 <= code[0] <= 0xA9 or 0xB0 <= code[0] <= 0xD7)
