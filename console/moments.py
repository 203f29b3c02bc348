"""Times on pages as their reader's clock has them: what stands here is UTC, `static/moments.js` writes it anew."""

from datetime import UTC, datetime
from typing import Any

from nicegui.elements.mixins.text_element import TextElement

from console.visit import Visit


def locale(visit: Visit) -> str:
    """Return how the browser is to write times."""
    return "zh-CN" if visit.language == "zh" else "en-GB"


def in_utc(at: datetime) -> str:
    """Return what is read where no script has come yet."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def moment(visit: Visit, at: datetime, *, exact: bool = False) -> TextElement:
    """Show a time, to the second where it is to be `exact`."""
    shown = TextElement(tag="time", text=in_utc(at))
    shown.props.update(_known(visit, at, exact=exact))
    return shown


def cell(visit: Visit, at: datetime | None, then: str = "", *, exact: bool = False) -> dict[str, Any] | str:
    """Return a time for a cell of a `DataTable`, and what stands behind it; "" for none."""
    return {"time": _known(visit, at, exact=exact), "text": in_utc(at), "then": then} if at else ""


def _known(visit: Visit, at: datetime, *, exact: bool) -> dict[str, str]:
    known = {"datetime": at.astimezone(UTC).isoformat(), "data-local": locale(visit)}
    return known | ({"data-exact": ""} if exact else {})
