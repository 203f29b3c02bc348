"""Writes do-not-call lists out: a list's numbers, or every opt-out with its proof."""

import csv
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from sqlalchemy import Connection, select

from campaigns.do_not_call import NUMBERS, list_id
from models.database import table_of
from models.do_not_call import OptOut
from models.errors import OperatorFault

PART = 50_000
OPT_OUTS = table_of(OptOut)
HEADINGS = ("number", "at", "how", "words", "campaign", "scope", "call_id", "attempt")


@contextmanager
def _opened(output: Path | None) -> Iterator[TextIO]:
    if output is None:
        yield sys.stdout
        return
    try:
        with output.open("w", encoding="utf-8", newline="") as file:
            yield file
    except OSError as error:
        raise OperatorFault(f"{output} can't be written ({error.strerror}); give another file.") from None


def export_list(connection: Connection, name: str, output: Path | None, as_json: bool) -> int:
    """Write a list's numbers, one a line (or one JSON list); return how many."""
    numbers = _numbers(connection, list_id(connection, name))
    count = 0
    with _opened(output) as file:
        if as_json:
            written = [f"+{number}" for number in numbers]
            file.write(json.dumps(written) + "\n")
            return len(written)
        for number in numbers:
            file.write(f"+{number}\n")
            count += 1
    return count


def _numbers(connection: Connection, which: int) -> Iterator[int]:
    last = -1
    mine = select(NUMBERS.c.number).where(NUMBERS.c.list_id == which).order_by(NUMBERS.c.number).limit(PART)
    while part := connection.scalars(mine.where(NUMBERS.c.number > last)).all():
        yield from part
        last = part[-1]


def export_opt_outs(connection: Connection, output: Path | None, as_json: bool) -> int:
    """Write every opt-out with its proof as CSV (or one JSON list); return how many."""
    rows = connection.execute(select(*(OPT_OUTS.c[name] for name in HEADINGS)).order_by(OPT_OUTS.c.id)).all()
    plain = [{**row._asdict(), "at": row.at.isoformat()} for row in rows]
    with _opened(output) as file:
        if as_json:
            file.write(json.dumps(plain, ensure_ascii=False) + "\n")
        else:
            writer = csv.DictWriter(file, HEADINGS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(plain)
    return len(rows)
