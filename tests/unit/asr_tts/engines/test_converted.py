from pathlib import Path

import pytest

from asr_tts.engines.converted import converted


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory of the weights."""
    monkeypatch.setenv("HOTLINE_WEIGHTS", str(tmp_path / "weights"))
    return tmp_path / "weights"


class Writer:
    """Writes a model that says what it is made of."""

    def __init__(self, made_of: str = "new") -> None:
        self.made_of = made_of
        self.written = 0

    def __call__(self, directory: Path) -> None:
        assert list(directory.iterdir()) == []
        (directory / "model.bin").write_text(self.made_of)
        self.written += 1


def content(name: str, write: Writer) -> str:
    with converted(name, write) as place:
        return (place / "model.bin").read_text()


def test_a_model_is_converted_once_and_used_again_under_its_own_name(root: Path) -> None:
    write = Writer()
    assert content("small-1", write) == content("small-1", write) == "new"
    assert write.written == 1
    assert content("small-2", Writer("other")) == "other"
    assert {place.name for place in root.iterdir() if place.is_dir()} == {"small-1", "small-2"}


def test_a_conversion_that_lost_its_model_is_made_again(root: Path) -> None:
    assert content("small", Writer("first")) == "first"
    (root / "small" / "model.bin").rename(root / "small" / "model.lost")
    assert content("small", Writer("second")) == "second"
    assert [file.name for file in (root / "small").iterdir()] == ["model.bin"]


def test_a_conversion_that_was_ended_in_the_middle_leaves_nothing(root: Path) -> None:
    (root / ".made-dead").mkdir(parents=True)

    def fails(directory: Path) -> None:
        (directory / "half").touch()
        raise ValueError("no model")

    with pytest.raises(ValueError, match="no model"), converted("small", fails):
        pass
    assert [place.name for place in root.iterdir()] == [".lock"]


def test_without_a_name_or_a_place_it_is_there_only_meanwhile(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    with converted("", Writer()) as place:
        assert (place / "model.bin").read_text() == "new"
    assert not place.exists()
    assert not root.exists()
    root.write_text("in the way")
    with converted("small", Writer()) as place:
        assert (place / "model.bin").read_text() == "new"
    assert not place.exists()
    assert "can't be kept" in caplog.text
