"""Fixed prompts, whose files may vanish or be trimmed at any time."""

import os
import wave
from collections.abc import AsyncIterator
from pathlib import Path

from asr_tts.speech_protocol import Clause, Wanted
from dialplans.exchange import Prompt
from voice import prompt_shelf
from voice.loopback_speech import LoopbackSpeech
from voice.prompt_shelf import PromptShelf

GREETING = Prompt("Welcome.")


class Renders(LoopbackSpeech):
    """Renders every text into one file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self.times = path, 0

    async def synthesise(
        self, text: str, language: str, voice: str = "", wanted: Wanted = "now"
    ) -> AsyncIterator[Clause]:
        self.times += 1
        self.path.write_bytes(b"sound")
        yield Clause(1, 0, str(self.path), 800, True)


async def test_a_fixed_prompt_whose_file_is_gone_is_rendered_again_once(tmp_path: Path) -> None:
    speech = Renders(tmp_path / "a.wav")
    shelf = PromptShelf(speech)
    await shelf.prepare([GREETING])
    assert shelf.at_hand(GREETING)
    speech.path.unlink()
    assert shelf.at_hand(GREETING) is None
    [clause] = [clause async for clause in shelf.clauses(GREETING)]
    assert clause.path == str(speech.path)
    assert shelf.at_hand(GREETING) == (clause,)
    assert speech.times == 2


async def test_a_fixed_prompt_in_use_counts_as_used_so_that_trimming_spares_it(tmp_path: Path, monkeypatch) -> None:
    speech = Renders(tmp_path / "a.wav")
    shelf = PromptShelf(speech)
    await shelf.prepare([GREETING])
    os.utime(speech.path, (1000, 1000))
    shelf.at_hand(GREETING)
    assert speech.path.stat().st_mtime > 1000
    os.utime(speech.path, (1000, 1000))
    shelf.at_hand(GREETING)
    assert speech.path.stat().st_mtime == 1000, "not with every call"
    monkeypatch.setattr(prompt_shelf, "TOUCH_SECONDS", 0.0)
    shelf.at_hand(GREETING)
    assert speech.path.stat().st_mtime > 1000


async def test_only_the_sound_of_fixed_prompts_is_marked_to_be_kept_also_when_it_is_rendered_again(
    tmp_path: Path,
) -> None:
    speech = Renders(tmp_path / "a.wav")
    shelf = PromptShelf(speech)
    await shelf.foresee([Prompt("Dear Mary.")], "later")
    _ = [clause async for clause in shelf.clauses(Prompt("Dear Mary."))]
    assert speech.path.stat().st_mode & 0o200
    for _ in range(2):
        await shelf.prepare([GREETING])
        _ = [clause async for clause in shelf.clauses(GREETING)]
        assert not speech.path.stat().st_mode & 0o200
        speech.path.unlink()
        assert shelf.at_hand(GREETING) is None


def test_a_sound_file_is_found_in_the_folder_of_its_flow(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "jingle.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(320))
    shelf = PromptShelf(LoopbackSpeech())
    assert shelf.at_hand(Prompt(file="jingle.wav", folder=str(tmp_path))) == (
        Clause(0, 0, str(tmp_path / "jingle.wav"), 160, True),
    )
