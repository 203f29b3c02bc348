"""The network with sounds: every number has its one kind, and the scenario says the same as the truth about it."""

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from bench import answering_sounds
from bench.sounding_network import KINDS, SCENARIO, in_language, kind_of, write_sounds
from campaigns.disposition import Disposition

NUMBERS = [f"+861391{number:07d}" for number in range(100)]


def test_every_number_has_one_kind_and_a_quarter_of_them_is_known_by_sound_alone() -> None:
    kinds = Counter(kind_of(number).becomes[0] for number in NUMBERS)
    assert sum(kinds.values()) == 100
    assert set(kinds) <= set(Disposition)
    assert (kinds["completed"], kinds["machine"]) == (21, 8)
    assert sum(bool(kind_of(number).sound) for number in NUMBERS) == 21 + 8 + 12
    assert len(list(in_language(NUMBERS, "zh"))) + len(list(in_language(NUMBERS, "en"))) == 100


def test_the_scenario_divides_the_numbers_as_the_truth_does() -> None:
    scenario = SCENARIO.read_text(encoding="utf-8")
    bounds = [int(bound) for bound in re.findall(r'compare="less_than" value="(\d+)"', scenario)]
    assert bounds == [kind.until for kind in KINDS[:-1]]


def test_what_the_scenario_plays_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering_sounds, "say", lambda text, language, voice: np.full(800, 3000, np.int16))
    write_sounds(tmp_path)
    played = set(re.findall(r'rtp_stream="(\w+\.ulaw),1,0"', SCENARIO.read_text(encoding="utf-8")))
    assert played == {path.name for path in tmp_path.iterdir()}
    assert all(path.stat().st_size > 8000 for path in tmp_path.iterdir())
