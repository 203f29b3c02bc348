"""Do-not-call lists: imported ones are exactly what their file says, own ones grow, proofs stay. On both databases."""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, select

import campaigns.do_not_call_import
from campaigns.do_not_call import (
    NUMBERS,
    Proof,
    all_lists,
    list_id,
    list_named,
    listed,
    proofs_of,
    put_numbers,
    take_list_out,
    take_opt_out,
    take_out,
)
from campaigns.do_not_call_import import ListImported, clear_away, import_list
from models.campaign_event import CampaignEvent
from models.errors import CannotDo, OperatorFault
from models.writing import writing
from tests.unit.campaigns.conftest import NOON


def brought(engine: Engine, tmp_path: Path, text: str, country: str = "US", name: str = "national") -> ListImported:
    path = tmp_path / "numbers.txt"
    path.write_text(text)
    return import_list(engine, path, name, country, NOON)


def numbers(engine: Engine, name: str) -> list[int]:
    with engine.connect() as connection:
        found = (
            select(NUMBERS.c.number).where(NUMBERS.c.list_id == list_id(connection, name)).order_by(NUMBERS.c.number)
        )
        return list(connection.scalars(found))


@pytest.mark.parametrize(
    ("country", "text", "expected"),
    [
        ("US", "201,5550123\n2015550124\n(201) 555-0125\n+12015550126\n1-201-555-0127\n",
         range(12015550123, 12015550128)),
        ("US", "\ufeffPhone Number\r\n2015550123\r\n\r\n2015550123\r\n", [12015550123]),
        ("US", '"2015550123","2026-01-01","NY"\n"2015550124","2026-01-02","NJ"\n', [12015550123, 12015550124]),
        ("CN", "13800000001\n+86 138 0000 0002\n8613800000003\n010-62345678\n",
         [861062345678, *range(8613800000001, 8613800000004)]),
        ("GB", "+44 (0)20 7946 0958\n0044 (0)20 7946 0959\n+49 (0)30 12345678\n",
         [442079460958, 442079460959, 493012345678]),
        ("CN", "+86 0138 0000 0001\n008613800000002\n+86 010 6234 5678\n8613800000003\n+8613000000\n",
         [861062345678, 8613000000, *range(8613800000001, 8613800000004)]),
        ("AR", "+54 11 15 1234-5678\n011 15 1234-5679\n+54 9 11 1234 5670\n011 4123-4567\n",
         [5491112345678, 5491112345679, 5491112345670, 541141234567]),
        ("GB", "020 7946 0958\n+442079460959\n00442079460960", [442079460958, 442079460959, 442079460960]),
    ],
)  # fmt: skip
def test_national_files_of_several_forms_are_read(
    engine: Engine, tmp_path: Path, country: str, text: str, expected: Any
) -> None:
    done = brought(engine, tmp_path, text, country)
    assert numbers(engine, "national") == sorted(expected)
    assert (done.numbers, done.refused) == (len(expected), 0)


def test_lines_without_a_number_are_counted_and_named(engine: Engine, tmp_path: Path) -> None:
    done = brought(engine, tmp_path, "2015550123\nnobody\n12\n2015550124\n")
    unwritable = brought(engine, tmp_path, "2015550123\n+1201555012345\n+999 123 456 789\n", name="other")
    assert (unwritable.numbers, unwritable.refused) == (1, 2)
    assert (done.numbers, done.refused) == (2, 2)
    assert [fault.rpartition("numbers.txt")[2] for fault in done.faults] == [
        ":2: 'nobody' is no telephone number",
        ":3: '12' is no telephone number",
    ]
    with pytest.raises(OperatorFault, match="no telephone numbers"):
        brought(engine, tmp_path, "nobody\n")
    with pytest.raises(OperatorFault, match="can't be read"):
        import_list(engine, tmp_path / "none.txt", "national", "US", NOON)


def test_a_file_that_is_none_of_numbers_leaves_the_list_as_it_was(engine: Engine, tmp_path: Path) -> None:
    """What stood on the list must not be called because somebody named the wrong file."""
    brought(engine, tmp_path, "2015550123\n2015550124\n")
    sheet = Path(__file__).with_name("customers.xlsx")
    with pytest.raises(OperatorFault, match=r"customers\.xlsx is no text \(a sheet, an archive\?\); save it as text"):
        import_list(engine, sheet, "national", "US", NOON)
    with pytest.raises(OperatorFault, match=r"100 of the 103 lines of .*numbers\.txt:1: 'order 10' is no telephone"):
        brought(engine, tmp_path, "".join(f"order {line}\n" for line in range(10, 110)) + "2015550125\n" * 3)
    assert numbers(engine, "national") == [12015550123, 12015550124]
    done = brought(engine, tmp_path, "2015550125\n" + "nobody\n" * 99)
    assert (done.numbers, done.refused, done.before) == (1, 99, 2)


@pytest.mark.parametrize(
    ("encoding", "beginning"),
    [
        ("utf-16", b""),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-8-sig", b""),
        ("gb18030", b""),
    ],
)
def test_numbers_are_read_in_whatever_encoding(engine: Engine, tmp_path: Path, encoding: str, beginning: bytes) -> None:
    """In UTF-16 a digit has a zero byte, 一 one in the other place; without its "+" a number abroad is one at home."""
    path = tmp_path / "numbers.txt"
    lines = "+442079460958,张一\n" + "".join(f"+1201555{line:04d},王一,一号楼一单元\n" for line in range(200))
    path.write_bytes(beginning + lines.encode(encoding))
    done = import_list(engine, path, "national", "US", NOON)
    assert (done.numbers, done.refused) == (201, 0)
    assert numbers(engine, "national")[-1] == 442079460958


def test_a_new_edition_takes_the_place_of_the_old(engine: Engine, tmp_path: Path) -> None:
    brought(engine, tmp_path, "2015550123\n2015550124\n")
    brought(engine, tmp_path, "2015550124\n2015550125\n")
    assert numbers(engine, "national") == [12015550124, 12015550125]
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(NUMBERS)) == 2
        assert [(row.name, row.count, row.source) for row in all_lists(connection)] == [("national", 2, "numbers.txt")]


def test_an_edition_with_less_than_half_of_the_numbers_is_refused_unless_it_is_meant(
    engine: Engine, tmp_path: Path
) -> None:
    whole = "".join(f"20155502{n:02}\n" for n in range(10))
    brought(engine, tmp_path, whole)
    with pytest.raises(OperatorFault, match=r"has 4 numbers and the list 'national' has 10: .* say --shrinks\."):
        brought(engine, tmp_path, whole[:44])
    with engine.connect() as connection:
        assert [(row.name, row.count) for row in all_lists(connection)] == [("national", 10)]
    import_list(engine, tmp_path / "numbers.txt", "national", "US", NOON, shrinks=True)
    assert len(numbers(engine, "national")) == 4
    assert brought(engine, tmp_path, whole[:22]).before == 4, "just half of it"


def test_a_killed_import_changes_nothing_and_is_cleared_away_by_the_next(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought(engine, tmp_path, "2015550123\n")
    monkeypatch.setattr(campaigns.do_not_call_import, "PART", 2)
    real, parts = campaigns.do_not_call_import._write, iter(range(9))

    def killed(*what: Any) -> None:
        if next(parts) == 1:
            raise KeyboardInterrupt
        real(*what)

    monkeypatch.setattr(campaigns.do_not_call_import, "_write", killed)
    text = "".join(f"20155502{n:02}\n" for n in range(7))
    with pytest.raises(KeyboardInterrupt):
        brought(engine, tmp_path, text)
    assert numbers(engine, "national") == [12015550123]
    with engine.connect() as connection:
        assert (
            listed(connection, ["+12015550200"], [row.id for row in all_lists(connection) if row.campaign == ""]) == {}
        )
    brought(engine, tmp_path, text)
    assert len(numbers(engine, "national")) == 7
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(NUMBERS)) == 7
        assert [row.name for row in all_lists(connection)] == ["national"]


@pytest.mark.parametrize("begins", [0, 1, 4])
def test_of_two_imports_at_once_the_later_one_makes_the_list(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begins: int
) -> None:
    brought(engine, tmp_path, "2015550123\n")
    monkeypatch.setattr(campaigns.do_not_call_import, "PART", 2)
    real, parts = writing, iter(range(99))

    @contextmanager
    def overtaken(one: Engine) -> Iterator[Connection]:
        # The other one begins and ends before the draft of this one, after it, or before the list is put in place.
        if next(parts) == begins:
            monkeypatch.setattr(campaigns.do_not_call_import, "writing", real)
            brought(engine, tmp_path, "2015550177\n2015550178\n2015550179\n")
        with real(one) as connection:
            yield connection

    monkeypatch.setattr(campaigns.do_not_call_import, "writing", overtaken)
    first = "".join(f"20155502{n:02}\n" for n in range(6))
    if begins:
        with pytest.raises(CannotDo, match="Another import"):
            brought(engine, tmp_path, first)
        assert numbers(engine, "national") == [12015550177, 12015550178, 12015550179]
    else:
        brought(engine, tmp_path, first)
        assert len(numbers(engine, "national")) == 6
    clear_away(engine)
    with engine.connect() as connection:
        assert [row.name for row in all_lists(connection)] == ["national"]
        assert connection.scalar(select(func.count()).select_from(NUMBERS)) == len(numbers(engine, "national"))


def test_an_import_that_goes_on_after_another_began_doesnt_touch_its_numbers(engine: Engine, tmp_path: Path) -> None:
    module = campaigns.do_not_call_import
    with writing(engine) as connection:
        early = module._draft(connection, "national", "", NOON)
    with writing(engine) as connection:
        late = module._draft(connection, "national", "", NOON)
    assert late.id == early.id, "nothing was written of the first one, so its id is given again"
    with pytest.raises(CannotDo), writing(engine) as connection:
        early.ours(connection)
    with writing(engine) as connection:
        late.ours(connection)


def test_a_list_that_was_written_by_hand_is_not_overwritten_by_a_file(engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as connection:
        put_numbers(connection, list_named(connection, "own", NOON), [12015550123], NOON)
        put_numbers(connection, list_named(connection, "mine", NOON), [12015550123], NOON)
    for name in ("own", "own:autumn", "opt-outs", "opt-outs:autumn", "mine"):
        with pytest.raises(OperatorFault, match="another name"):
            brought(engine, tmp_path, "2015550124\n", name=name)
    assert numbers(engine, "own") == numbers(engine, "mine") == [12015550123]


def test_opt_outs_find_their_list_whatever_else_has_its_name(engine: Engine) -> None:
    with writing(engine) as connection:
        imported = list_named(connection, "opt-outs", NOON, "autumn", "old.txt")
        for number in ("+12015550123", "+12015550124"):
            take_opt_out(connection, Proof(number, NOON, "said"))
        take_opt_out(connection, Proof("+12015550125", NOON, "said", scope="autumn"))
        lists = [(row.name, row.campaign, row.source, row.count) for row in all_lists(connection)]
        assert lists == [
            ("opt-outs", "autumn", "old.txt", 0), ("opt-outs-2", "", "opt-out", 2),
            ("opt-outs:autumn", "autumn", "opt-out", 1),
        ]  # fmt: skip
        assert listed(connection, ["+12015550123"], [imported]) == {}


def test_numbers_come_and_go_by_hand(engine: Engine) -> None:
    with writing(engine) as connection:
        own = list_named(connection, "own", NOON)
        assert put_numbers(connection, own, [12015550123, 12015550124, 12015550123], NOON) == 2
        assert put_numbers(connection, own, [12015550124, 12015550125], NOON) == 1
        assert take_out(connection, own, 12015550123)
        assert not take_out(connection, own, 12015550123)
        assert [row.count for row in all_lists(connection)] == [2]
        with pytest.raises(OperatorFault, match="for everybody"):
            list_named(connection, "own", NOON, "autumn")
        with pytest.raises(OperatorFault, match="there are: own"):
            list_id(connection, "mine")


def test_a_removed_list_is_cleared_away_in_parts(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaigns.do_not_call_import, "PART", 3)
    with writing(engine) as connection:
        kept, gone = list_named(connection, "kept", NOON), list_named(connection, "gone", NOON)
        put_numbers(connection, kept, range(12015550100, 12015550105), NOON)
        put_numbers(connection, gone, range(12015550100, 12015550111), NOON)
        assert take_list_out(connection, gone) == 11
        new = list_named(connection, "new", NOON)
        assert new > gone, "numbers of the removed list must not become the new one's"
    clear_away(engine)
    assert (len(numbers(engine, "kept")), numbers(engine, "new")) == (5, [])
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(NUMBERS)) == 5


def test_the_proof_of_an_opt_out_outlives_its_number_on_the_list(engine: Engine) -> None:
    proof = Proof("+12015550123", NOON, "said", "take me off your list", "autumn", "attempt-1", "call-1")
    with writing(engine) as connection:
        take_opt_out(connection, proof)
        assert take_out(connection, list_id(connection, "opt-outs"), 12015550123)
        [row] = proofs_of(connection, "+12015550123")
    assert (row.at, row.how, row.words, row.campaign, row.attempt, row.call_id, row.scope) == (
        NOON, "said", "take me off your list", "autumn", "attempt-1", "call-1", "",
    )  # fmt: skip


def test_a_wish_that_is_told_twice_of_one_call_has_one_proof_and_one_event(engine: Engine) -> None:
    said = Proof("+12015550123", NOON, "said", "stop", "autumn", "attempt-1", "call-1")
    with writing(engine) as connection:
        for proof in (said, replace(said, at=NOON + timedelta(seconds=9)), replace(said, attempt="attempt-2")):
            take_opt_out(connection, proof)
        assert [row.attempt for row in proofs_of(connection, said.number)] == ["attempt-1", "attempt-2"]
        events = select(CampaignEvent.attempt_id).where(CampaignEvent.name == "optout.taken")
        assert list(connection.scalars(events.order_by(CampaignEvent.seq))) == ["attempt-1", "attempt-2"]
        for _ in range(2):
            take_opt_out(connection, Proof("+12015550124", NOON, "operator"))
        assert len(proofs_of(connection, "+12015550124")) == 2
