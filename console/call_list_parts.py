"""What the list of calls shows in the browser: `call_table.js` and `call_filter_form.js`, as plain values."""

from collections.abc import Mapping, Sequence
from typing import Any

from nicegui.element import Element

Row = Mapping[str, Any]


class CallTable(Element, component="call_table.js"):
    """A page of calls."""

    def __init__(
        self, rows: Sequence[Row], texts: Mapping[str, str], language: str, orders: Mapping[str, Mapping[str, str]]
    ) -> None:
        """`orders`: by column, where it leads `to` that orders by it, and how it is `sorted` (as `aria-sort`)."""
        super().__init__()
        self._props.update(rows=list(rows), texts=dict(texts), language=language, orders=dict(orders))


class CallFilterForm(Element, component="call_filter_form.js"):
    """The filters."""

    def __init__(self, fields: Sequence[Row], texts: Mapping[str, str], *, opened: bool) -> None:
        """`opened`: whether those are seen that are rarely needed."""
        super().__init__()
        self._props.update(fields=list(fields), texts=dict(texts), open=opened)
