"""Our own styles and scripts: what pages name is there."""

import re
from pathlib import Path

import pytest

from console.assets import ADDRESS, MODULES, STATIC, address, style

CONSOLE = Path(__file__).parents[3] / "console"


def test_the_address_of_a_style_has_what_is_in_it_in_its_name():
    assert style("console.css") == f'<link rel="stylesheet" href="{ADDRESS}/console.css">'
    assert re.fullmatch(r"/static/[0-9a-f]{12}", ADDRESS)


@pytest.mark.parametrize("script", [*CONSOLE.glob("*.js"), *STATIC.glob("*.js")], ids=lambda path: path.name)
def test_every_script_that_is_imported_is_there_under_its_name(script):
    named = re.findall(r'from "([^"]+)"', script.read_text())
    assert all(name.startswith((MODULES, "./")) for name in named), "else browsers would keep an old one"
    assert all((STATIC / name.rsplit("/", 1)[-1]).is_file() for name in named)


def test_pages_name_our_files_by_their_addresses_alone():
    sources = [*CONSOLE.rglob("*.py"), *CONSOLE.rglob("*.html")]
    literal = [path.name for path in sources if re.search(r"/static/[a-z_]+\.(css|js)", path.read_text())]
    asked = {name for path in sources for name in re.findall(r'(?:style|address)\("([a-z_.]+)"\)', path.read_text())}
    assert literal == []
    assert asked
    assert all((STATIC / name).is_file() for name in asked)
    assert address("console.css").startswith(ADDRESS)
