"""What the callers of the benches say: human prompts, synthetic voices, backchannels and noises; 16-bit at 8 kHz.

The human voice is Allison Smith's, in Debian's asterisk-core-sounds-en-wav (CC-BY-SA 3.0); `human_prompts.txt` has the
words of the prompts used, from the list that comes with them. The synthetic ones are rendered by espeak-ng and Piper
and kept in the cache directory of the machine's owner. Coughs and knocks are made of noise.
"""

import io
import os
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

import numpy as np
import soxr

from models.errors import OperatorFault
from voice.synthetic_caller import Samples

PROMPTS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
RATE = 8000
QUESTIONS = (
    "Where is the parcel that I ordered last week?",
    "I would like to change the address of my delivery.",
    "How late are you open on Saturdays?",
    "My invoice shows an amount that I never ordered.",
    "Could you please send me the form again?",
    "The machine stopped working yesterday evening.",
    "I want to speak with somebody about my contract.",
    "What does it cost to send it back to you?",
    "Please cancel the appointment on Thursday.",
    "Is there a cheaper plan for two people?",
    "I have lost my customer card.",
    "Do you also repair older models?",
)
BACKCHANNELS = ("uh-huh", "okay", "mm-hmm", "right", "yeah", "I see", "yes", "hm")


def read_wav(source: str | Path | io.BytesIO) -> Samples:
    """Return a mono 16-bit WAV at 8 kHz."""
    with wave.open(str(source) if isinstance(source, Path) else source, "rb") as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)
        rate = file.getframerate()
    if rate == RATE:
        return samples
    return np.asarray(soxr.resample(samples.astype(np.float32), rate, RATE).clip(-32768, 32767), dtype=np.int16)


def transcripts() -> dict[str, str]:
    """Return the words of every human prompt used, by its name."""
    lines = (Path(__file__).parent / "human_prompts.txt").read_text(encoding="utf-8").splitlines()
    return {name: text for name, _, text in (line.partition(": ") for line in lines if line and line[0] != "#")}


def human(name: str) -> Samples:
    """Return a prompt of the human voice, without the silence around it."""
    path = PROMPTS / f"{name}.wav"
    if not path.exists():
        raise OperatorFault("The human prompts are missing; install the Debian package asterisk-core-sounds-en-wav.")
    return trimmed(read_wav(path))


def trimmed(samples: Samples, floor: int = 200) -> Samples:
    """Return `samples` without what is softer than `floor` at both ends."""
    loud = np.flatnonzero(np.abs(samples) > floor)
    return samples[loud[0] : loud[-1] + 1] if loud.size else samples


def espeak(text: str, voice: str = "en-us", level: int = 4000) -> Samples:
    """Return `text` spoken by espeak-ng at an RMS of `level`."""
    wav = subprocess.run(
        ["espeak-ng", "-v", voice, "-s", "150", "--stdout", text], check=True, capture_output=True
    ).stdout
    return levelled(trimmed(read_wav(io.BytesIO(_whole(wav)))), level)


def piper(text: str, pitch: float = 1.0) -> Samples:
    """Return `text` spoken by Piper's joe, played `pitch` times as fast (a higher, smaller speaker)."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hotline-bench"
    cache.mkdir(parents=True, exist_ok=True)
    path = cache / ("".join(c if c.isalnum() else "_" for c in text)[:80] + ".wav")
    if not path.exists():
        from asr_tts.weights import find

        model = next(find("piper-en-joe").glob("*.onnx"))
        with tempfile.NamedTemporaryFile(dir=cache, suffix=".wav", delete=False) as part:
            command = [sys.executable, "-m", "piper", "-m", str(model), "-f", part.name, "--", text]
            subprocess.run(command, check=True, capture_output=True)
        Path(part.name).replace(path)
    samples = read_wav(path)
    if pitch != 1.0:
        faster = soxr.resample(samples.astype(np.float32), RATE * pitch, RATE)
        samples = np.asarray(faster.clip(-32768, 32767), dtype=np.int16)
    return levelled(trimmed(samples), 4000)


def levelled(samples: Samples, rms: int) -> Samples:
    """Return `samples` at this RMS."""
    now = float(np.sqrt(np.mean(samples.astype(np.float64) ** 2))) or 1.0
    return (samples * (rms / now)).clip(-32768, 32767).astype(np.int16)


def cough(seed: int) -> Samples:
    """Return a cough: two bursts of throat-shaped noise, 0.5 s."""
    random = np.random.default_rng(seed)
    bursts = []
    for seconds, loud in ((0.18, 1.0), (0.12, 0.0), (0.2, 0.6)):
        size = int(seconds * RATE)
        noise = np.convolve(random.standard_normal(size + 8), [0.3, 0.5, 0.3, -0.2, -0.3, 0.1, 0.2, 0.1, 0.05], "valid")
        bursts.append(noise * np.exp(-np.arange(size) / (0.05 * RATE)) * loud * 9000)
    return np.concatenate(bursts).clip(-32768, 32767).astype(np.int16)


def knock(seed: int) -> Samples:
    """Return a knock on a table: three short decaying thumps."""
    random = np.random.default_rng(seed)
    thump = np.sin(np.arange(480) / RATE * 2 * np.pi * random.uniform(150, 300)) * np.exp(-np.arange(480) / 80) * 16000
    pause = np.zeros(1200)
    return np.concatenate([thump, pause, thump, pause, thump]).astype(np.int16)


def hiss(seconds: float, seed: int, rms: int = 300) -> Samples:
    """Return steady noise, as from a fan or a street, that swells and falls."""
    random = np.random.default_rng(seed)
    shape = np.sin(np.linspace(0, np.pi, int(seconds * RATE)))
    return (random.standard_normal(shape.size) * shape * rms * 1.6).clip(-32768, 32767).astype(np.int16)


def _whole(wav: bytes) -> bytes:
    """Return espeak's streamed WAV with the true size in its header."""
    size = len(wav) - 44
    return wav[:4] + (size + 36).to_bytes(4, "little") + wav[8:40] + size.to_bytes(4, "little") + wav[44:]
