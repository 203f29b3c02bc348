"""Which line gets a call, and why: allowed, well, free, then the best by what is believed of it."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.caller_numbers import CallerNumbers
from campaigns.line_contracts import Contracts
from campaigns.line_figures import Figures
from campaigns.line_plan import Line
from campaigns.line_selection import WORDS, Chosen, LineSelection, Live, Verdict, Wanted, destination_of
from campaigns.toll_guard import refusal
from models.settings import LineSettings

NUMBER = "+8613912345678"
FLAGS = ("closed", "down", "resting", "full", "too_fast")


class Bench:
    """Lines in a state that a test makes."""

    def __init__(self, *lines: dict[str, Any], **weights: float) -> None:
        self.lines = [Line.model_validate({"name": f"l{nth}", **line}) for nth, line in enumerate(lines)]
        self.weights = LineSettings.model_validate(weights)
        self.selection = LineSelection(self.lines, self.weights)
        self.figures = Figures(len(lines), 7200, 0.0)
        self.numbers = CallerNumbers(self.lines, self.weights, 0.0)
        self.contracts = Contracts(self.selection.names, {line.name: line.share for line in self.lines})
        self.live = Live(**{flag: np.zeros(len(lines), dtype=bool) for flag in FLAGS}, room=np.full(len(lines), np.inf))
        self.chance = np.random.default_rng(7)

    def tell(
        self, line: int, answered: int, of: int, delay_s: float = 2.0, short: int = 0, number: str = NUMBER
    ) -> None:
        for nth in range(of):
            # Mixed, as they come; what came last counts more.
            talk_s = 30.0 if nth * answered % of < answered else None
            hangs_up = nth * short % of < short
            self.figures.note(line, destination_of(number), 0.0, delay_s=delay_s, talk_s=talk_s, short=hangs_up)

    def choose(self, number: str = NUMBER, **wanted: Any) -> Chosen:
        return self.selection.choose(
            Wanted(number, **{"country": "CN", **wanted}),
            self.live, self.figures, self.numbers, self.contracts, self.chance, 0.0,
        )  # fmt: skip

    def often(self, times: int = 200, **wanted: Any) -> Counter[int]:
        return Counter(self.choose(**wanted).line for _ in range(times))


@pytest.mark.parametrize("flag", FLAGS)
def test_a_line_that_is_not_well_or_not_free_is_not_asked(flag: str):
    bench = Bench({}, {})
    bench.tell(0, 90, 100)
    getattr(bench.live, flag)[0] = True
    chosen = bench.choose()
    assert chosen.line == 1
    assert chosen.explanation()[1] == ("l0", WORDS[Verdict[flag.upper()]], {})


def test_reasons_name_what_can_be_changed_the_least():
    used_up = {"number_per_day": 1, "numbers": ["+862161234567"]}
    bench = Bench({"enabled": False}, {"prefixes": ["+44"]}, {}, {}, used_up)
    bench.numbers.shown(4)
    bench.live.down[:2] = True
    bench.live.full[3] = bench.live.too_fast[3] = True
    found = {name: how for name, how, _ in bench.choose(tried=frozenset({"l2"})).explanation()}
    assert found == {
        "l0": WORDS[Verdict.OFF], "l1": WORDS[Verdict.NOT_ALLOWED], "l2": WORDS[Verdict.TRIED],
        "l3": WORDS[Verdict.FULL], "l4": WORDS[Verdict.NUMBERS_USED_UP],
    }  # fmt: skip


def test_a_campaign_uses_its_own_lines_only():
    bench = Bench({}, {}, {})
    assert set(bench.often(lines=("l0", "l2"))) == {0, 2}
    assert bench.choose(lines=("l1",)).line == 1
    assert bench.choose(lines=("gone",)).line == -1


def test_the_line_with_the_better_answers_gets_nearly_all_calls_once_that_is_known():
    bench = Bench({}, {})
    bench.tell(0, 60, 200)
    bench.tell(1, 20, 200)
    assert bench.often()[0] > 190


def test_a_new_line_gets_its_chance():
    bench = Bench({}, {})
    bench.tell(0, 60, 200)
    assert bench.often()[1] > 80


def test_answers_that_are_hung_up_at_once_are_worth_nothing():
    bench = Bench({}, {})
    bench.tell(0, 120, 200, short=100)
    bench.tell(1, 80, 200)
    assert bench.often()[1] > 190
    lenient = Bench({}, {}, short=0)
    lenient.tell(0, 120, 200, short=100)
    lenient.tell(1, 80, 200)
    assert lenient.often()[0] > 190


def test_a_dear_line_must_bring_so_many_answers_more():
    dear = {"currency": "CNY", "prices": {"+86": 0.6}}
    bench = Bench(dear, {"currency": "CNY", "prices": {"+86": 0.03}})
    bench.tell(0, 900, 2000)
    bench.tell(1, 700, 2000)
    assert bench.often()[1] > 180
    rich = Bench(dear, {"currency": "CNY", "prices": {"+86": 0.03}}, answer_worth=100)
    rich.tell(0, 900, 2000)
    rich.tell(1, 700, 2000)
    assert rich.often()[0] > 150


def test_of_equals_the_one_that_rings_sooner_and_the_local_one_are_taken():
    slow = Bench({}, {}, delay=0.05)
    for line, delay_s in ((0, 9.0), (1, 1.0)):
        slow.tell(line, 600, 2000, delay_s=delay_s)
    assert slow.often()[1] > 195
    local = Bench({"numbers": ["+861061234567"]}, {"numbers": ["+862161234567"]}, local=0.3)
    for line in (0, 1):
        local.tell(line, 600, 2000, number="+862187654321")
    assert local.often(number="+862187654321")[1] > 195


def test_calls_are_spread_over_lines_by_what_their_numbers_may_still_be_shown():
    bench = Bench(*({"numbers": [number], "number_per_day": 100} for number in ("+862161234567", "+862161234568")),
                  spread=0.5)  # fmt: skip
    for line in (0, 1):
        bench.tell(line, 600, 2000)
    for _ in range(60):
        bench.numbers.shown(0)
    assert bench.often()[1] > 195


def test_what_is_left_to_spend_must_cover_the_call():
    priced = {"currency": "CNY", "prices": {"+86": 1.0}}
    bench = Bench(priced, priced)
    bench.live.room[:] = (0.99, 1.0)
    assert bench.choose().line == 1
    assert bench.choose().estimate == 1.0


def test_a_line_behind_its_contract_goes_before_a_better_one():
    bench = Bench({}, {"share": 60})
    bench.tell(0, 150, 200)
    bench.tell(1, 10, 200)
    chosen = bench.choose()
    assert chosen.line == 1
    assert chosen.by_contract
    assert chosen.explanation()[0][1] == "chosen by contract"


def test_the_same_chance_in_the_same_state_chooses_the_same():
    runs = []
    for _ in range(2):
        bench = Bench({}, {}, {})
        bench.tell(0, 3, 10)
        runs.append([bench.choose().line for _ in range(50)])
    assert runs[0] == runs[1]


def test_the_parts_of_a_score_are_all_there_and_add_up():
    bench = Bench({"currency": "CNY", "prices": {"+": 0.1}, "numbers": ["+862161234567"]}, {"prefixes": ["+44"]})
    document = bench.choose().document()
    (best,) = document["lines"]
    parts = [best[name] for name in ("answer", "cost", "delay", "local", "spread")]
    assert sum(parts) == pytest.approx(best["score"], abs=0.001)
    assert best["cost"] < 0 < best["local"]
    assert document["others"] == {WORDS[Verdict.NOT_ALLOWED]: ["l1"]}


NUMBERS = [NUMBER, "+862112345678", "+864001234567", "+12125551234", "+19005551234", "+442071234567", "+8816312345678"]
PREFIX = st.sampled_from(["+86", "+8613", "+862", "+1", "+1900", "+44", "+", "+881"])
PREFIXES = st.lists(PREFIX, max_size=3, unique=True)


@given(
    prefixes=PREFIXES,
    refused=PREFIXES,
    priced=PREFIXES,
    premium=st.booleans(),
    number=st.sampled_from(NUMBERS),
    country=st.sampled_from(["CN", "US", "GB", ""]),
)
def test_the_columns_allow_what_the_guard_allows(
    prefixes: list[str], refused: list[str], priced: list[str], premium: bool, number: str, country: str
):
    line = {
        "prefixes": prefixes, "refused": refused, "premium": premium and bool(prefixes), "currency": "CNY",
        "prices": dict.fromkeys(priced, 0.1),
    }  # fmt: skip
    bench = Bench(line)
    allowed = bench.choose(number, country=country).line == 0
    assert allowed == (refusal(number, bench.lines[0].ways, country) == "")
    assert bench.selection.may(Wanted(number, country)) == (["l0"] if allowed else [])
