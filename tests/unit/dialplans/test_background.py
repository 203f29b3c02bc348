from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from rapidfuzz import fuzz
from ruamel.yaml import YAML

from asr_tts.sense import Vectors
from dialplans import background
from dialplans.background import WISHES, background_of

CHECKOUT = Path(__file__).parents[3]


class Counting:
    """Says how many sentences it was asked for."""

    dimension = 3
    name = "counting"

    def __init__(self, version: str) -> None:
        self.version, self.asked = version, 0

    def of(self, texts: Sequence[str]) -> Vectors:
        self.asked += len(texts)
        return np.tile(np.array([1, 0, 0], np.float32), (len(texts), 1))


def wishes(language: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = YAML(typ="safe").load((WISHES / f"{language}.yaml").read_text(encoding="utf-8"))
    return found


def test_both_languages_have_the_same_topics() -> None:
    assert list(wishes("en")) == list(wishes("zh"))
    assert all(len(set(texts)) == len(texts) >= 2 for language in ("en", "zh") for texts in wishes(language).values())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_sentence_of_the_bench_stands_in_the_background(language: str) -> None:
    file = CHECKOUT / f"bench/data/intents_{language}_test.yaml"
    asked = [text for texts in YAML(typ="safe").load(file.read_text(encoding="utf-8")).values() for text in texts]
    for topic, texts in wishes(language).items():
        for text in texts:
            near = max(asked, key=lambda one: fuzz.ratio(one.lower(), text.lower()))
            assert fuzz.ratio(near.lower(), text.lower()) < 80, f"{topic}: {text} | {near}"


def test_the_background_is_worked_out_once_and_kept_beside_the_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_WEIGHTS", str(tmp_path))
    monkeypatch.setattr(background, "_READ", {})
    first, again = Counting("a"), Counting("a")
    made = background_of("en", first)
    assert made is not None
    assert first.asked == len(made.sentences) == len(made.vectors)
    monkeypatch.setattr(background, "_READ", {})
    kept = background_of("en", again)
    assert kept is not None
    assert again.asked == 0
    assert np.array_equal(kept.vectors, made.vectors)
    other = background_of("en", Counting("b"))
    assert other is not None
    assert other.version != made.version


def test_a_damaged_file_or_a_place_that_cannot_be_written_to_only_costs_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_WEIGHTS", str(tmp_path))
    monkeypatch.setattr(background, "_READ", {})
    background_of("en", Counting("a"))
    next(tmp_path.glob("*.npy")).write_bytes(b"\x93NUMPY damaged")
    monkeypatch.setattr(background, "_READ", {})
    sense = Counting("a")
    assert background_of("en", sense) is not None
    assert sense.asked
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("HOTLINE_WEIGHTS", str(tmp_path / "file" / "weights"))
    monkeypatch.setattr(background, "_READ", {})
    assert background_of("en", Counting("a")) is not None


def test_a_language_without_a_background_has_none() -> None:
    assert background_of("fr", Counting("a")) is None
