"""`hotline dialplan say`: a prompt as callers hear it, in the line's own voice."""

import shutil
import subprocess
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from asr_tts import telephone_wav
from asr_tts.marks import faults, unmarked
from asr_tts.prompt_cache import PromptCache
from asr_tts.synthesis import open_mouth
from dialplans.flow import texts_of
from dialplans.loader import load
from dialplans.place import Texts
from dialplans.routing import find
from dialplans.template import filled, found_at, plain, speaker
from models.command_line import ConfigFile, say, sentences
from models.errors import OperatorFault
from models.settings import Settings
from models.settings_file import read_settings

PLAYER = "aplay"

Flow = Annotated[str, typer.Argument(metavar="[FLOW]", help="A flow by file or by name.", show_default=False)]
Step = Annotated[str, typer.Argument(metavar="[STEP]", help="One of its steps.", show_default=False)]
Text = Annotated[str, typer.Option("--text", help="Say this instead of a step.", show_default=False)]
Language = Annotated[str, typer.Option(help="Language to say it in; without it the flow's first.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE.wav", help="Write it here instead of playing it.")]
Set = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A value of the prompt's templates.")
]


@sentences
def say_(
    flow: Flow = "",
    step: Step = "",
    text: Text = "",
    language: Language = "",
    out: Out = None,
    set_: Set = None,
    config: ConfigFile = None,
) -> None:
    """Render a prompt with the line's voice and play it, or write it to a file.

    What a step says first is said: its prompt, not its help. Values of templates are given by --set.
    """
    settings = read_settings(config)
    text, language, voice = _asked(settings, flow, step, text, language)
    values = dict(_value(one) for one in set_ or [])
    words = filled(text, lambda path: found_at(path, values), lambda _, value: plain(value), speaker(language, None))
    for fault in faults(words):
        say(fault)
    path = _render(settings, words, language, voice, out)
    typer.echo(f"{language}: {unmarked(words)}")
    if out is not None or not shutil.which(PLAYER):
        typer.echo(path)
    elif subprocess.run([PLAYER, "-q", str(path)], check=False).returncode:
        raise OperatorFault(f"{PLAYER} can't play it (no sound card?); it is in {path}, or give --out FILE.wav.")


def _asked(settings: Settings, name: str, step: str, text: str, language: str) -> tuple[str, str, str]:
    """Return the text that is to be said, its language and its voice."""
    if text and not name:
        return text, language or settings.speech.language, ""
    if not name or not (step or text):
        raise OperatorFault("Say what is to be heard: hotline dialplan say FLOW STEP, or --text TEXT.")
    flow = load(find(name, settings.dialplan.directory))
    language = language or flow.languages[0]
    if language not in flow.languages:
        raise OperatorFault(f"Flow '{flow.name}' doesn't speak '{language}'; it speaks {', '.join(flow.languages)}.")
    voice = flow.voices.get(language, "")
    if text:
        return text, language, voice
    if step not in flow.steps:
        raise OperatorFault(f"Flow '{flow.name}' has no step '{step}'; it has {', '.join(flow.steps)}.")
    spoken: Texts | None = next((texts for texts in texts_of(flow.steps[step]) if texts.get(language)), None)
    if spoken is None:
        raise OperatorFault(f"Step '{step}' says nothing in '{language}'; choose another one, or give --text TEXT.")
    return spoken[language], language, voice


def _render(settings: Settings, words: str, language: str, voice: str, out: Path | None) -> Path:
    """Render it into one file and return where it is."""
    speech = settings.speech
    cache = PromptCache(settings.data.directory / "said")
    mouth, notes = open_mouth(speech.synthesiser, cache, speech.voice, language)
    for note in notes:
        say(note)
    sound = np.concatenate([telephone_wav.read(clause.path) for clause in mouth.say(words, language, voice)])
    path = (out or settings.data.directory / "said" / "last.wav").absolute()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(telephone_wav.as_bytes(sound))
    except OSError as error:
        raise OperatorFault(f"{path} can't be written ({error.strerror}); give another --out FILE.wav.") from error
    return path


def _value(written: str) -> tuple[str, str]:
    name, equals, value = written.partition("=")
    if not equals or not name.strip():
        raise OperatorFault(f"'{written}' sets nothing; write --set name=value.")
    return name.strip(), value
