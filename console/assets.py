"""Templates, and our own styles and scripts at addresses that change with what is in them: asked for once each."""

from hashlib import sha256
from pathlib import Path

from fastapi.templating import Jinja2Templates

TEMPLATES = Jinja2Templates(Path(__file__).parent / "templates")
STATIC = Path(__file__).parent / "static"
VERSION = sha256(b"".join(path.read_bytes() for path in sorted(STATIC.iterdir()) if path.is_file())).hexdigest()[:12]
ADDRESS = f"/static/{VERSION}"
MODULES = "hotline/"
"""How our scripts name each other from outside `static/`, by the page's import map."""


def address(name: str) -> str:
    """Return where a file of `static/` is."""
    return f"{ADDRESS}/{name}"


def style(name: str) -> str:
    """Return the element for a page's head that brings a style."""
    return f'<link rel="stylesheet" href="{address(name)}">'
