import wave
from pathlib import Path

import pytest
from typer.testing import CliRunner

from asr_tts.prompt_cache import PromptCache
from asr_tts.synthesis import Mouth
from dialplans import saying
from dialplans.cli import app
from tests.unit.asr_tts.test_synthesis import Hum

FLOW = """
languages: [en, zh]
steps:
  - step: hello
    say:
      en: "Your order {{ order.state }}, {{ total | money }}.<break 400ms/> Thank you."
      zh: "订单{{ order.state }}。"
  - step: bye
    hangup:
"""


@pytest.fixture
def hum(monkeypatch, tmp_path):
    """A voice that hums each word, and a machine without a player."""
    made = Hum(languages=("en", "zh"))
    monkeypatch.setattr(saying, "open_mouth", lambda *_: (Mouth([made], PromptCache(tmp_path / "cache")), []))
    monkeypatch.setattr(saying, "PLAYER", "no-such-player")
    monkeypatch.setenv("HOTLINE_DATA__DIRECTORY", str(tmp_path / "data"))
    (tmp_path / "orders.yaml").write_text(FLOW, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return made


def run(*arguments):
    return CliRunner().invoke(app, ["say", *arguments])


def seconds(path):
    with wave.open(str(path)) as sound:
        assert (sound.getframerate(), sound.getnchannels()) == (8000, 1)
        return sound.getnframes() / 8000


def test_a_step_is_heard_with_the_values_that_are_set(hum, tmp_path):
    out = tmp_path / "out.wav"
    done = run("orders.yaml", "hello", "--set", "order.state=is sent", "--set", "total=12.50", "--out", str(out))
    assert done.exit_code == 0, done.output
    assert "Your order is sent" in done.output
    assert "<break" not in done.output
    assert " ".join(words for words, _ in hum.said).startswith("Your order is sent, twelve")
    assert seconds(out) > 1.5


def test_chinese_is_said_in_chinese(hum, tmp_path):
    done = run("orders.yaml", "hello", "--language", "zh", "--set", "order.state=已发出", "--out", "zh.wav")
    assert done.exit_code == 0, done.output
    assert hum.said == [("订单已发出。", "hum-low")]


def test_a_text_needs_no_flow_and_without_a_player_the_file_is_named(hum):
    done = run("--text", "Good morning.")
    assert done.exit_code == 0, done.output
    assert seconds(Path(done.output.strip().splitlines()[-1])) > 0.1


def test_an_unknown_mark_is_named_and_not_said(hum):
    done = run("--text", "Good <prosody>morning", "--out", "x.wav")
    assert "'<prosody>' is no mark" in done.output + done.stderr
    assert hum.said == [("Good morning", "hum-low")]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["orders.yaml", "nowhere"], "has no step 'nowhere'; it has hello, bye"),
        (["orders.yaml", "bye"], "says nothing"),
        (["orders.yaml", "hello", "--language", "fr"], "doesn't speak 'fr'"),
        (["orders.yaml", "hello", "--set", "total"], "--set name=value"),
        ([], "FLOW STEP, or --text TEXT"),
    ],
)
def test_what_cant_be_said_is_a_sentence(hum, arguments, words):
    done = run(*arguments)
    assert done.exit_code == 1
    assert words in done.output + done.stderr
