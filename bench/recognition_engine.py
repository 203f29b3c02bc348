"""Recognition without the phone: word errors of the engine, and how soon a speech worker has the text of an utterance.

Human prompts through mu-law, clean and in white noise, straight into the recogniser; sounds that are no speech; then 1,
5 and 20 callers who talk at once (a prompt, 2-4 s of silence, a prompt …), sent to a real speech worker as a media
worker sends them.
"""

import asyncio
import audioop
import socket
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from asr_tts import weights
from asr_tts.engines.whisper import Whisper
from asr_tts.recognition import Question, Samples
from asr_tts.rejection import after_decoding
from asr_tts.speech_client import SpeechClient
from asr_tts.speech_protocol import AUDIO_HEAD, Draft, Heard, Listen
from bench.report import Report
from bench.sounds import BACKCHANNELS, cough, espeak, hiss, human, knock, transcripts
from bench.word_errors import errors, words
from models.settings import Settings

LARGEST = 55_000
"""Bytes of a packet before a second one is begun."""


def on_the_phone(samples: Samples, snr: float | None = None) -> Samples:
    """With an endpointer's silence around it, in white noise of this ratio (dB), through mu-law."""
    around = np.concatenate([np.zeros(2400), samples, np.zeros(1200)])
    if snr is not None:
        power = float(np.mean(samples.astype(np.float64) ** 2)) / 10 ** (snr / 10)
        around = around + np.random.default_rng(len(samples)).normal(0, power**0.5, len(around))
    linear = around.clip(-32768, 32767).astype(np.int16)
    return np.frombuffer(audioop.ulaw2lin(audioop.lin2ulaw(linear.tobytes(), 2), 2), np.int16)


def words_of_the_engine(report: Report, whisper: Whisper, step: int) -> None:
    """Word error rate and false rejections over the human prompts; what noises become."""
    said = dict(list(transcripts().items())[::step])
    for snr, bound in ((None, "<= 2.5"), (20.0, ""), (10.0, "")):
        wrong = total = refused = 0
        for name, text in said.items():
            heard = whisper.recognise(on_the_phone(human(name), snr), Question("en"))
            refused += bool(after_decoding(heard))
            wrong += errors(words(text), words(heard.text))
            total += len(words(text))
        where = "clean" if snr is None else f"{snr:.0f} dB of noise"
        report.add(f"word errors, {where} ({total} words)", 100 * wrong / total, "%", bound)
        report.add(f"speech rejected, {where}", 100 * refused / len(said), "%")
    noises = [make(seed) for seed in range(10) for make in (cough, knock, lambda seed: hiss(1.0, seed))]
    taken = sum(not after_decoding(whisper.recognise(on_the_phone(noise), Question("en"))) for noise in noises)
    report.add(f"noises taken for speech without a detector ({len(noises)})", 100 * taken / len(noises), "%")
    short = sum(not after_decoding(whisper.recognise(on_the_phone(espeak(w)), Question("en"))) for w in BACKCHANNELS)
    report.add(f"backchannels kept ({len(BACKCHANNELS)})", 100 * short / len(BACKCHANNELS), "%")


@dataclass
class Talk:
    """When each text of a run came, in seconds since its first sample."""

    began: float = 0.0
    drafts: dict[tuple[int, int], float] = field(default_factory=dict)
    heard: list[tuple[Heard, float]] = field(default_factory=list)

    def sink(self, event: object) -> None:
        now = time.monotonic() - self.began
        if isinstance(event, Draft):
            self.drafts[event.stream, event.utterance] = now
        elif isinstance(event, Heard):
            self.heard.append((event, now))


def voices(callers: int, seconds: int) -> list[Samples]:
    """What each caller's line carries."""
    random, names = np.random.default_rng(1), list(transcripts())
    lines = []
    for _ in range(callers):
        line = random.normal(0, 5, seconds * 8000)
        at = int(random.integers(4000, 24000))
        while at < len(line):
            said = human(names[int(random.integers(len(names)))])[: len(line) - at]
            line[at : at + len(said)] += said
            at += len(said) + int(random.integers(16000, 32000))
        lines.append(line.clip(-32768, 32767).astype(np.int16))
    return lines


async def talk(callers: int, seconds: int) -> Talk:
    """Let so many talk to a fresh speech worker."""
    with tempfile.TemporaryDirectory(prefix="ears-") as directory:
        settings = Settings.model_validate({"speech": {"synthesiser": "none"}, "data": {"directory": directory}})
        client, result = SpeechClient(settings, Path(directory)), Talk()
        running = asyncio.create_task(client.run(), name="speech")
        await client.ready()
        ears = [client.attend(number, result.sink) for number in range(1, callers + 1)]
        for ear in ears:
            ear.tell(Listen(ear.stream, "en"))
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as media:
            media.connect(ears[0].audio_socket)
            result.began = time.monotonic()
            await send(media, voices(callers, seconds), result.began)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return result


async def send(media: socket.socket, lines: list[Samples], began: float) -> None:
    """Send every line's 20 ms each 20 ms."""
    for tick in range(len(lines[0]) // 160):
        packet = b""
        for number, line in enumerate(lines, 1):
            packet += AUDIO_HEAD.pack(number, tick * 160, 0) + line[tick * 160 : tick * 160 + 160].tobytes()
            if len(packet) > LARGEST:
                media.send(packet)
                packet = b""
        media.send(packet)
        await asyncio.sleep(max(0.0, began + (tick + 1) * 0.02 - time.monotonic()))


def main() -> int:
    """Measure and report."""
    short = "--short" in sys.argv
    report = Report("Recognition (engine)", " ".join((__doc__ or "").split("\n\n")[1].split()))
    whisper = Whisper(weights.find("whisper-base"))
    whisper.warm_up()
    words_of_the_engine(report, whisper, 5 if short else 1)
    for callers in (1, 5, 20):
        run = asyncio.run(talk(callers, 15 if short else 40))
        ends = {(heard.stream, heard.utterance): heard.end / 8000 for heard, _ in run.heard}
        drafts = [1000 * (at - ends[key]) for key, at in run.drafts.items() if key in ends]
        report.spread(f"{callers} talking: end of speech -> draft", drafts, "ms")
        heard = [1000 * (at - ends[event.stream, event.utterance]) for event, at in run.heard]
        report.spread(f"{callers} talking: end of speech -> heard (open question)", heard, "ms")
    return report.show()


if __name__ == "__main__":
    sys.exit(main())
