"""A table in a page as one element: rows of texts, some of them links or buttons; new rows replace what changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui
from nicegui.element import Element

from console.assets import style

STYLE = style("boards.css")
Row = dict[str, Any]
"""`key`; `cells`: text, or a time (`moments.cell`), by column; and where there are any `links` (addresses) and
`classes` by column, `actions`; `named`: what buttons are about, where that isn't the first cell."""


class DataTable(Element, component="data_table.js"):
    """Event `act` (key of the row, name of the action)."""

    def __init__(
        self, caption: str, columns: Mapping[str, str], rows: Sequence[Row] = (), *, numbers: Sequence[str] = (),
        short: Sequence[str] = (), actions: Mapping[str, str] | None = None, empty: str = "",
        hidden_caption: bool = False,
    ) -> None:  # fmt: skip
        """`columns`: headings by name; `numbers`: names of those on the right; `short`: of those with a word or two,
        which stay in one line; `actions`: texts of buttons by name.
        """
        super().__init__()
        ui.add_head_html(STYLE)
        self._props["caption"] = caption
        self._props["columns"] = [
            {"name": name, "label": label, "number": name in numbers, "short": name in short}
            for name, label in columns.items()
        ]
        self._props["actions"] = dict(actions or {})
        self._props["empty"] = empty
        self._props["hidden"] = hidden_caption
        self._props["rows"] = list(rows)

    def put(self, rows: Sequence[Row]) -> None:
        """Show these rows from now on; nothing is sent where they are the same."""
        if self._props["rows"] != list(rows):
            self._props["rows"] = list(rows)
            self.update()
