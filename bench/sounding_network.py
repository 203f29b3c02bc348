"""A telephone network with sounds, by sipp: persons, machines and announcements besides what a line answers at once.

What becomes of a call is in the last two digits of the number (`data/sounding_network.xml`). What is heard, said by our
own voices through the phone channel, must be told by what hears it: the network's own words for such calls say nothing.
"""

import audioop
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.answering_sounds import sounding

SCENARIO = Path(__file__).parent / "data" / "sounding_network.xml"


@dataclass(frozen=True)
class Kind:
    """What becomes of some numbers."""

    until: int
    """Last two digits below which it is this, where it is none before."""
    becomes: tuple[str, ...]
    """The true dispositions."""
    language: str = "en"
    sound: str = ""
    """Name of what is heard, "" where nothing is."""
    text: str = ""
    """As in `who_answered_dev.yaml`."""
    voice: str = ""


MACHINE = ("machine", "message-left")
KINDS = (
    Kind(14, ("busy",)),
    Kind(24, ("no-answer",)),
    Kind(29, ("no-such-number",)),
    Kind(31, ("no-such-number",), "en", "unknown_en"),
    Kind(34, ("no-such-number",), "zh", "unknown_zh"),
    Kind(44, ("declined",)),
    Kind(54, ("congestion",)),
    Kind(64, ("hung-up-early",)),
    Kind(75, ("completed",), "en", "person_en", "Hello? [5.5] Yes.", "af_bella"),
    Kind(85, ("completed",), "zh", "person_zh", "喂，你好。 [5.5] 是的。", "zm_yunxi"),
    Kind(87, MACHINE, "en", "machine_en",
         "Hi, you've reached the Millers. We can't come to the phone right now. "
         "Please leave a message after the tone. [0.6] [beep 1000 0.5]", "am_adam"),
    Kind(89, MACHINE, "en", "machine_en2",
         "You have reached the voicemail of John Smith. Please leave a message. [0.5] [beep 850 0.4]", "bf_alice"),
    Kind(91, MACHINE, "zh", "machine_zh",
         "您好，我现在不方便接听电话，请在嘀声后留言。 [0.6] [beep 1000 0.5]", "zf_xiaobei"),
    Kind(93, MACHINE, "zh", "machine_zh2", "您好，这里是王芳的语音信箱，请留言。 [0.5] [beep 850 0.4]", "zm_yunxi"),
    Kind(94, ("no-such-number",), "zh", "unknown_zh", "对不起，您拨打的号码是空号，请查证后再拨。", "zf_xiaobei"),
    Kind(95, ("switched-off",), "zh", "off_zh", "您好，您拨打的电话已关机，请稍后再拨。", "zf_xiaobei"),
    Kind(96, ("suspended",), "zh", "suspended_zh", "对不起，您拨打的用户已停机。", "zf_xiaobei"),
    Kind(97, ("busy",), "zh", "busy_zh", "您拨打的用户正在通话中，请稍后再拨。", "zf_xiaobei"),
    Kind(98, ("no-such-number",), "en", "unknown_en",
         "[sit 950 1400 1800] The number you have dialed is not in service. Please check the number and dial again.",
         "af_bella"),
    Kind(99, ("switched-off",), "en", "off_en", "The number you are calling is switched off.", "af_bella"),
    Kind(100, ("congestion",), "en", "congestion_en",
         "[sit 950 1400 1800] All circuits are busy. Please try again later.", "af_bella"),
)  # fmt: skip


def kind_of(number: str) -> Kind:
    """Return what becomes of a number."""
    return next(kind for kind in KINDS if int(number[-2:]) < kind.until)


def in_language(numbers: list[str], language: str) -> Iterator[str]:
    """Yield the numbers at which `language` is spoken."""
    return (number for number in numbers if kind_of(number).language == language)


def write_sounds(directory: Path) -> None:
    """Write what is heard as mu-law into `directory`, where sipp is to run."""
    for seed, kind in enumerate(one for one in KINDS if one.text):
        samples = sounding(kind.sound.partition("_")[0], kind.language, kind.text, kind.voice, seed).samples
        (directory / f"{kind.sound}.ulaw").write_bytes(audioop.lin2ulaw(samples.tobytes(), 2))
