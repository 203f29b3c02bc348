"""A call of ten minutes as inspection leaves it: record, recording, words with times and a score, without a telephone.

Made for pages and their figures: the words are a few sentences over and over, the sound is noise in the rhythm of
syllables. Nothing is measured by it that depends on what is said.
"""

import wave
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, insert

from models.agent import Agent
from models.call import Call, new_id
from models.event import Event
from models.inspection import Inspection
from models.queue_caller import QueueCaller
from models.recording import Recording
from models.turn import Turn as TurnRow
from quality.call_entries import note_call
from quality.conversation import Conversation, Speaker, Stretch, Turn, Word, joined
from quality.evidence import Subject
from quality.facts import facts_of
from quality.inspector import write_scores
from quality.masking import personal_in
from quality.publishing import in_force, publish
from quality.record import conversation_of
from quality.score_report import facts_document
from quality.scoring import score

RATE = 8000
SCORECARD = Path(__file__).parent.parent / "quality" / "scorecards" / "service.yaml"
BEGAN = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
SAID = {
    "en": (
        ("robot", "Welcome to the service line. How can I help you?"),
        ("caller", "My parcel was meant to come last Tuesday and nobody tells me anything about it."),
        ("agent", "Thank you for calling. I am sorry that you had to wait. May I have your order number?"),
        ("caller", "It is four two seven one zero six, and my name is Margaret Hill."),
        ("agent", "Thank you. I see that it left our store on Monday, so it should be with you by now."),
        ("caller", "That is the third time that I hear this. This is ridiculous, I am really angry now!"),
        ("agent", "That is not my problem. The carrier has it, so please ask them."),
        ("caller", "You can reach me on 020 7946 0958 in the afternoon, or in the morning."),
        ("agent", "I will write that down, and somebody from our team will call you back tomorrow before noon."),
    ),
    "zh": (
        ("robot", "欢迎致电客服热线，请问有什么可以帮您？"),
        ("caller", "我上周二买的东西到现在还没有到，打了好几次电话都没有人告诉我。"),
        ("agent", "感谢您的来电，让您久等了，请问您的订单号是多少？"),
        ("caller", "订单号是四二七一零六，我叫王小明，手机号是13812345678。"),
        ("agent", "好的，我看到包裹星期一已经发出，按理说应该送到了。"),
        ("caller", "这句话我已经听了三遍了，你们太过分了，我非常生气！"),
        ("agent", "这个关我什么事，东西在快递公司，请您自己去问他们。"),
        ("caller", "那你们明天上午能不能给我回个电话，下午我不在家。"),
        ("agent", "我帮您登记一下，明天中午之前会有同事给您回电。"),
    ),
}  # fmt: skip


def put(connection: Connection, directory: Path, language: str, minutes: float = 10.0, *, seed: int = 1) -> str:
    """Write such a call with its recording below `directory`; return its id."""
    call_id = new_id()
    turns = tuple(_turns(language, minutes * 60, np.random.default_rng(seed)))
    seconds = minutes * 60 + 2.0
    _record(directory / "recordings" / f"{call_id}.wav", turns, seconds, np.random.default_rng(seed))
    connection.execute(
        insert(Call).values(
            id=call_id, node="bench", state="ended", direction="inbound", caller="+442079460123", called="hotline",
            origin="192.0.2.7", language=language, flow="order_status", flow_version="bench", started_at=BEGAN,
            answered_at=BEGAN, ended_at=BEGAN + timedelta(seconds=seconds), seconds=seconds, cause="caller-hung-up",
            code=200, words="",
        )
    )  # fmt: skip
    recording = {"path": f"recordings/{call_id}.wav", "started_at": BEGAN, "seconds": seconds, "note": ""}
    connection.execute(insert(Recording).values(call_id=call_id, **recording))
    _talk(connection, call_id, turns)
    _inspect(connection, call_id, turns, seconds)
    return call_id


def _turns(language: str, seconds: float, chance: np.random.Generator) -> Iterator[Turn]:
    """Yield turns until the time is over: some late, some into the end of the one before."""
    at, number = 0.6, 0
    while True:
        speaker, text = SAID[language][number % len(SAID[language])]
        if number >= len(SAID[language]) and speaker == "robot":
            speaker = "agent"
        words = _words(text, language, at, chance)
        end = words[-1].end
        if end > seconds:
            return
        number += 1
        yield _turn(number, speaker, text, words, language)  # type: ignore[arg-type]
        # A silence now and then, a cutting in now and then.
        at = end + (9.0 if number % 23 == 0 else -1.1 if number % 17 == 0 else 0.3 + chance.random())


def _turn(number: int, speaker: Speaker, text: str, words: Sequence[Word], language: str) -> Turn:
    angry = 0.7 if "!" in text or "！" in text else 0.1
    return Turn(
        number, speaker, text, words[0].start, words[-1].end, language, 0.9, tuple(words),
        agent="201" if speaker == "agent" else "", anger=angry if speaker == "caller" else 0.0,
    )  # fmt: skip


def _words(text: str, language: str, at: float, chance: np.random.Generator) -> list[Word]:
    found = []
    for token in text if language == "zh" else text.split():
        plain = token.strip(".,?!，。？！、")
        if plain:
            length = 0.19 if language == "zh" else 0.13 + 0.045 * len(plain)
            found.append(Word(plain, round(at, 2), round(at + length, 2), round(float(0.3 + 0.7 * chance.random()), 2)))
            at += length + 0.04
    return found


def _record(path: Path, turns: Sequence[Turn], seconds: float, chance: np.random.Generator) -> None:
    sound = np.zeros((int(seconds * RATE), 2), np.float32)
    for turn in turns:
        side = 0 if turn.speaker == "caller" else 1
        for word in turn.words:
            first, last = int(word.start * RATE), int(word.end * RATE)
            swell = np.sin(np.linspace(0, np.pi, last - first)) ** 0.6
            sound[first:last, side] += 5000 * swell * chance.standard_normal(last - first).astype(np.float32)
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.clip(sound, -32000, 32000).astype("<i2").tobytes())


def _talk(connection: Connection, call_id: str, turns: Sequence[Turn]) -> None:
    """What the call wrote while it ran: turns, steps, what was understood, and the agent who came in."""
    rows: list[dict[str, Any]] = [
        {
            "call_id": call_id, "number": turn.number, "speaker": turn.speaker, "text": turn.text,
            "start_s": turn.start, "end_s": turn.end, "intent": "status" if turn.number == 2 else "",
            "confidence": 0.62 if turn.number == 2 else 0.8, "interrupted": False, "language": turn.language,
            "digits": "", "timings": {},
        }
        for turn in turns
    ]  # fmt: skip
    connection.execute(insert(TurnRow), rows)
    understood = {"turn": 2, "intent": "status", "runner_up": "change", "runner_up_confidence": 0.41}
    events: tuple[tuple[float, str, dict[str, Any]], ...] = (
        (0.5, "step", {"step": "wish"}),
        (turns[1].end + 0.3, "understood", understood),
        (turns[1].end + 0.4, "step", {"step": "number"}),
        (turns[1].end + 0.5, "handover", {}),
        (turns[2].start, "talk-began", {}),
    )
    for at, name, data in events:
        moment = BEGAN + timedelta(seconds=at)
        connection.execute(insert(Event).values(id=new_id(), call_id=call_id, at=moment, name=name, data=data))
    connection.execute(
        insert(QueueCaller).values(
            id=new_id(), call_id=call_id, node="bench", queue="parcels", state="ended", caller="+442079460123",
            language=turns[0].language, tags=[], joined_at=BEGAN, credit_s=0.0,
            answered_at=BEGAN + timedelta(seconds=turns[2].start), ended_at=BEGAN + timedelta(minutes=10), agent="201",
            data={},
        )
    )  # fmt: skip


def put_agent(connection: Connection) -> None:
    """Write the agent who talks in these calls: extension 201 of the team "day"."""
    connection.execute(
        insert(Agent).values(
            id=new_id(), extension="201", name="Dana 丹娜", ha1_md5="", ha1_sha256="", realm="", languages=["en", "zh"],
            skills={}, cost=0.0, capacity=1, team="day", address="", enabled=True, supervises=[], edited_at=BEGAN,
        )
    )  # fmt: skip


def put_scorecard(connection: Connection) -> None:
    """Put the scorecard that comes with Hotline in force."""
    publish(connection, SCORECARD.read_text(encoding="utf-8"), SCORECARD.name, "", BEGAN)


def _inspect(connection: Connection, call_id: str, turns: tuple[Turn, ...], seconds: float) -> None:
    live = conversation_of(connection, call_id)
    voices = {
        side: joined(
            [Stretch(turn.start, turn.end) for turn in turns if (turn.speaker == "caller") == (side == "caller")]
        )
        for side in ("caller", "ours")
    }
    heard: Conversation = replace(live, seconds=seconds, turns=turns, voices=voices)
    connection.execute(
        insert(Inspection).values(
            call_id=call_id, state="done", tries=1, taken_by="", taken_until=None, queued_at=BEGAN, done_at=BEGAN,
            words="", listened=True, transcript=[asdict(turn) for turn in turns],
            personal=[asdict(one) for one in personal_in(heard)],
            facts={
                **facts_document(facts_of(heard)),
                "voices": {side: [[one.start, one.end] for one in found] for side, found in voices.items()},
                "levels": {"caller": -24.1, "ours": -21.7},
            },
        )
    )  # fmt: skip
    write_scores(connection, call_id, [score(card, Subject(heard)) for card in in_force(connection)], BEGAN)
    note_call(connection, call_id)
