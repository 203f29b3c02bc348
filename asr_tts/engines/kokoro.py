"""Kokoro-82M int8: the voice of Chinese, about twice as fast as speech on one thread.

Chinese text becomes phonemes with misaki, as it did when the model was trained; Latin letters that are left in it are
spelled. English is left to Piper: its phonemes would need espeak-ng, which is GPL, in this process.
"""

import importlib.metadata
import importlib.util
import json
import logging
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from asr_tts import weights
from asr_tts.synthesis import Sound
from models.errors import OperatorFault, OurFault

_MODEL = "kokoro-82m"
_RATE = 24000
_VOICES = Path(__file__).parent / "voices"
"""Style vectors of one voice a file: float32, a row of 256 for each number of phonemes."""
_DIGESTS = {"zf_xiaobei": "5dde6e1c9c4f12c8b327bc29c0cee361a23b52b952c04636858ba637ec66e640"}
"""SHA-256 of each voice's file; the first one is the default voice."""
_STYLE = 256
_LONGEST = 500
"""Phonemes at a time; the model takes 510."""
_LETTERS = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        ["ˈA", "bˈi", "sˈi", "dˈi", "ˈi", "ˈɛf", "ʤˈi", "ˈAʧ", "ˈI", "ʤˈA", "kˈA", "ˈɛl", "ˈɛm",
         "ˈɛn", "ˈO", "pˈi", "kjˈu", "ˈɑɹ", "ˈɛs", "tˈi", "jˈu", "vˈi", "dˈʌbᵊljˌu", "ˈɛks", "wˈI", "zˈi"],
        strict=True,
    )
)  # fmt: skip
"""Names of the letters in the model's own phonemes (A is the diphthong of "day")."""
_CHINESE = re.compile(r"[一-鿿]")
_LATIN = re.compile(r"[A-Za-z]")


class Kokoro:
    """Kokoro's Chinese voices behind the port `Synthesiser`; loads when first needed unless told to at once."""

    name = "kokoro"

    def __init__(self, *, at_once: bool = True) -> None:
        """Find model, voices and misaki; load and warm them `at_once`, or (1.5 s) for the first clause.

        Raises OperatorFault where one of them is missing or broken.
        """
        if importlib.util.find_spec("misaki") is None:
            raise OperatorFault(
                "Kokoro's reading of Chinese (misaki) is not installed; run `make setup`, or install 'hotline[kokoro]'."
            )
        self._place = weights.find(_MODEL)
        self._styles = {voice: _style(_verified(voice)) for voice in _DIGESTS}
        self.voices: Mapping[str, Sequence[str]] = {"zh": tuple(self._styles)}
        self.version = _version()
        self._loading = threading.Lock()
        self._broken = ""
        self._loaded: tuple[Any, Mapping[str, int], Callable[[str], str]] | None = None
        if at_once:
            self._load()

    def speak(self, words: str, voice: str, pace: float = 1.0) -> Sound:
        """Say Chinese words with one of its voices; raises OurFault when no sound came out, or OperatorFault."""
        session, vocabulary, phonemes_of = self._load()
        try:
            tokens = [vocabulary[phoneme] for phoneme in phonemes_of(words) if phoneme in vocabulary]
            style = self._styles[voice]
            pieces = [_run(session, tokens[i : i + _LONGEST], style, pace) for i in range(0, len(tokens), _LONGEST)]
        except Exception as error:
            raise OurFault(f"Kokoro failed on a clause of {len(words)} characters ({error}).") from error
        if not pieces:
            raise OurFault(f"Kokoro had no sound for a clause of {len(words)} characters.")
        return Sound(np.concatenate(pieces), _RATE)

    def words(self, text: str) -> list[str]:
        """Return the words of a Chinese text in order, with nothing lost."""
        self._load()
        import jieba

        return list(jieba.cut(text))

    def _load(self) -> tuple[Any, Mapping[str, int], Callable[[str], str]]:
        with self._loading:
            if self._broken:
                raise OperatorFault(self._broken)
            if self._loaded is None:
                try:
                    session = _single_threaded(self._place / "kokoro-v1.0.int8.onnx")
                    vocabulary = json.loads((self._place / "vocab.json").read_text(encoding="utf-8"))["vocab"]
                    phonemes_of = reader(self._place)
                    warm = [vocabulary[phoneme] for phoneme in phonemes_of("您好") if phoneme in vocabulary]
                    _run(session, warm, next(iter(self._styles.values())))
                except Exception as error:
                    self._broken = (
                        f"Kokoro in {self._place} can't be loaded ({error}); run `hotline models verify {_MODEL}`."
                    )
                    raise OperatorFault(self._broken) from error
                self._loaded = session, vocabulary, phonemes_of
            return self._loaded


def reader(cache: Path) -> Callable[[str], str]:
    """What makes Chinese words phonemes; its dictionary is kept compiled in `cache`, where that can be written to."""
    import jieba
    from misaki.zh import ZHG2P

    jieba.setLogLevel(logging.CRITICAL)
    # By default it would trust a marshalled dictionary of anybody's in /tmp.
    jieba.dt.tmp_dir = str(cache)
    chinese = ZHG2P()
    return lambda words: "".join(
        chinese(part)[0] if _CHINESE.search(part) else spelled(part)
        for part in re.findall(r"[A-Za-z]+|[^A-Za-z]+", words)
    )


def spelled(latin: str) -> str:
    """Letter by letter, with the English names of the letters; anything else as it is."""
    if not _LATIN.search(latin):
        return latin
    return f" {' '.join(_LETTERS[letter] for letter in latin.upper())} "


def _run(session: Any, tokens: Sequence[int], style: NDArray[np.float32], pace: float = 1.0) -> NDArray[np.float32]:
    """Sound of up to 500 phonemes; the model wants a zero at both ends and the style for so many."""
    given = {
        "tokens": np.array([[0, *tokens, 0]], np.int64),
        "style": style[min(len(tokens), len(style) - 1)][None],
        "speed": np.full(1, pace, np.float32),
    }
    return np.asarray(session.run(None, given)[0], np.float32).ravel()


def _verified(voice: str) -> Path:
    """Return the file of a voice; raise OperatorFault where it isn't the one that it should be."""
    path = _VOICES / f"{voice}.bin"
    content = path.read_bytes() if path.is_file() else b""
    if sha256(content).hexdigest() != _DIGESTS[voice]:
        fault = "is damaged (its SHA-256 is another)" if content else "is missing"
        raise OperatorFault(f"Kokoro's voice {path} {fault}; install Hotline again to bring it back.")
    return path


def _style(path: Path) -> NDArray[np.float32]:
    return np.fromfile(path, dtype="<f4").reshape(-1, _STYLE)


def _version() -> str:
    """Changes with model, voices and the reading of Chinese."""
    digest = sha256()
    for file in weights.known(_MODEL).files:
        digest.update(file.sha256.encode())
    for voice in _DIGESTS.values():
        digest.update(voice.encode())
    return f"{digest.hexdigest()[:12]}/misaki {importlib.metadata.version('misaki')}"


def _single_threaded(model: Path) -> onnxruntime.InferenceSession:
    """onnxruntime takes every core by default, and a recogniser's one with it."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
