"""A hotline's database for tests in a browser: people of every role, and calls with real recordings, words and scores.

Some are as bad as they come: a caller whose name is markup, a recording that is gone, one that was cut off, and one
whose path leads elsewhere.
"""

import wave
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, select

from knowledge import articles, learning
from knowledge.articles import Editor
from knowledge.draft import Draft
from models.account import Account
from models.agent import Agent
from models.call import Call, first_id
from models.database import table_of
from models.inspection import CallScore, Inspection
from models.queue_caller import QueueCaller
from models.recording import Recording
from models.review import Review
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
from tests.unit.console.people import KEPT
from tests.unit.quality.conftest import row

RATE = 8000
EVIL = "<img src=x onerror=\"document.title='owned'\">"
"""A caller's display name, and what is said."""
CARD = "4111 1111 1111 1111"
CARD_OF_RULES = """
scorecard: manners
languages: [en, zh]
good_from: 70
rules:
  - rule: greeting
    called: {en: Says hello, zh: 问候来电者}
    weight: 3
    must: {says: {who: ours, phrases: {en: [welcome], zh: [欢迎]}}}
  - rule: problem
    called: {en: Takes the problem on, zh: 承担问题}
    weight: 2
    must_not: {says: {who: agent, phrases: {en: [not my problem], zh: [关我什么事]}}}
"""
PEOPLE: Mapping[str, tuple[str, str, str]] = {
    "ann": ("administrator", "", ""), "quinn": ("qa", "", ""), "ruth": ("qa", "", ""), "sue": ("supervisor", "day", ""),
    "nils": ("supervisor", "night", ""), "otto": ("operator", "", ""), "pia": ("supervisor", "night", ""),
    "dana": ("agent", "day", "201"),
}  # fmt: skip
"""Role, team and extension by name."""
AGENTS = {"201": ("Dana 丹娜", "day"), "202": ("Nia", "night")}
Said = Sequence[tuple[Speaker, str]]
ENGLISH: Said = (
    ("robot", "Welcome to the hotline, how can I help you?"),
    ("caller", "My giraffe umbrella never came and I want a refund."),
    ("agent", "That is not my problem, ask the carrier."),
    ("caller", f"My card is {CARD} if you need it."),
    ("agent", "Thank you, goodbye."),
)
CHINESE: Said = (
    ("robot", "欢迎致电客服热线，请问有什么可以帮您？"),
    ("caller", "我买的长颈鹿雨伞一直没有到，我要退款。"),
    ("agent", "这个关我什么事，请问快递公司。"),
    ("caller", "我的银行卡号是 4111 1111 1111 1111。"),
    ("agent", "好的，再见。"),
)
MARKUP: Said = (
    ("robot", "Welcome to the hotline."),
    ("caller", f"{EVIL} said zebra"),
    ("agent", "Thank you."),
)

ARTICLES = (
    Draft("Opening hours", "We are open from nine to six.", questions=("When are you open?",), article_id="hours"),
    Draft("停车", "店后面可以停车。", questions=("有停车场吗？",), article_id="parking-zh"),
)
UNANSWERED = (
    ("english", "do you repair broken umbrellas"), ("night", "can you repair my broken umbrella"),
    ("evil", f"{EVIL} is the umbrella open"), ("missing", f"charge my card {CARD} for the giraffe"),
    ("english", "until when are you open on Sundays"), ("chinese", "门口可以停车吗"),
)  # fmt: skip
"""Questions without an answer, by the call that they were asked in."""


@dataclass(frozen=True)
class Made:
    """A call: its id, and seconds at which its second turn's words begin."""

    id: str
    words: Mapping[str, float]


class Hotline:
    """Makes what is in the database, with recordings below `directory`."""

    def __init__(self, engine: Engine, directory: Path, now: datetime) -> None:
        self._engine, self._directory, self._now, self._count = engine, directory, now, 0

    def fill(self) -> dict[str, Made]:
        """Make everything; return the calls by name."""
        with self._engine.begin() as connection:
            publish(connection, CARD_OF_RULES, "manners.yaml", "", self._now - timedelta(days=30))
            self._people(connection)
            calls = {
                "english": self._call(connection, ENGLISH, "en", "201"),
                "chinese": self._call(connection, CHINESE, "zh", "201"),
                "night": self._call(connection, ENGLISH, "en", "202"),
                "evil": self._call(connection, MARKUP, "en", "202", caller=EVIL),
                "missing": self._call(connection, ENGLISH, "en", "202", keep=0.0),
                "cut off": self._call(connection, ENGLISH, "en", "202", keep=0.4),
                "elsewhere": self._call(connection, ENGLISH, "en", "202", path="../../../../etc/passwd"),
            }
            for name, reviewer in (("english", "quinn"), ("chinese", "quinn"), ("night", "ruth")):
                self._review(connection, calls[name].id, reviewer)
            self._questions(connection, calls)
        return calls

    def _people(self, connection: Connection) -> None:
        for name, (role, team, extension) in PEOPLE.items():
            known = {"shown": name.title(), "roles": [role], "team": team, "extension": extension, "enabled": True}
            connection.execute(
                row(Account, name=name, password_hash=KEPT, created_at=self._now, language="", theme="", **known)
            )
        for extension, (name, team) in AGENTS.items():
            known = {"languages": ["en", "zh"], "supervises": [], "enabled": True, "team": team}
            connection.execute(row(Agent, id=f"agent{extension}", extension=extension, name=name, **known))

    def _questions(self, connection: Connection, calls: Mapping[str, Made]) -> None:
        editor = Editor("ann", self._now)
        for draft in ARTICLES:
            articles.write(connection, draft, editor)
        for call, asked in UNANSWERED:
            language = "zh" if call == "chinese" else "en"
            at = self._now - timedelta(hours=1)
            learning.unanswered(connection, asked, language, calls[call].id, 2.5, "unknown", at=at)

    def _call(
        self, connection: Connection, said: Said, language: str, agent: str, *, caller: str = "+442079460123",
        keep: float = 1.0, path: str = "",
    ) -> Made:  # fmt: skip
        self._count += 1
        began = self._now - timedelta(hours=30 - self._count)
        call_id = first_id(began.timestamp())
        turns = tuple(_turns(said, language, agent))
        seconds = turns[-1].end + 1.0
        path = path or f"recordings/{call_id}.wav"
        if keep and ".." not in path:
            _record(self._directory / path, turns, seconds, keep)
        ended = began + timedelta(seconds=seconds)
        connection.execute(
            row(
                Call, id=call_id, state="ended", direction="inbound", caller=caller, called="hotline", flow="service",
                language=language, started_at=began, answered_at=began, ended_at=ended, seconds=seconds,
                cause="caller-hung-up", code=200,
            )
        )  # fmt: skip
        connection.execute(row(Recording, call_id=call_id, path=path, started_at=began, seconds=seconds))
        for turn in turns:
            known = {"speaker": turn.speaker, "text": turn.text, "start_s": turn.start, "end_s": turn.end}
            connection.execute(row(TurnRow, call_id=call_id, number=turn.number, timings={}, **known))
        stay = {"queue": "parcels", "agent": agent, "joined_at": began, "answered_at": began, "ended_at": ended}
        connection.execute(row(QueueCaller, id=f"stay{call_id}"[:16], call_id=call_id, **stay))
        self._inspect(connection, call_id, turns, seconds, ended)
        note_call(connection, call_id, self._now)
        return Made(call_id, {word.text: word.start for word in turns[1].words})

    def _inspect(
        self, connection: Connection, call_id: str, turns: tuple[Turn, ...], seconds: float, at: datetime
    ) -> None:
        voices = {
            side: joined(
                [Stretch(one.start, one.end) for one in turns if (one.speaker == "caller") == (side == "caller")]
            )
            for side in ("caller", "ours")
        }
        live = conversation_of(connection, call_id)
        heard: Conversation = replace(live, seconds=seconds, turns=turns, voices=voices)
        facts: dict[str, Any] = {
            **facts_document(facts_of(heard)),
            "voices": {side: [[one.start, one.end] for one in found] for side, found in voices.items()},
        }
        found = {"transcript": [asdict(one) for one in turns], "personal": [asdict(one) for one in personal_in(heard)]}
        connection.execute(
            row(
                Inspection, call_id=call_id, state="done", tries=1, queued_at=at, done_at=at, listened=True,
                facts=facts, **found,
            )
        )  # fmt: skip
        write_scores(connection, call_id, [score(card, Subject(heard)) for card in in_force(connection)], at)

    def _review(self, connection: Connection, call_id: str, reviewer: str) -> None:
        one = connection.execute(select(table_of(CallScore)).where(CallScore.call_id == call_id)).one()
        machine = {"points": one.points, "good": one.good, "fatal": one.fatal}
        connection.execute(
            row(
                Review, id=f"review-{call_id}", call_id=call_id, score_id=one.id, scorecard=one.scorecard,
                version=one.version, agent="201", team="day", state="open", edition=1, reviewer=reviewer, blind=False,
                machine=machine, made_at=self._now, due_at=self._now + timedelta(days=7), reason="random",
                made_by="command",
            )
        )  # fmt: skip
        note_call(connection, call_id)


def _turns(said: Said, language: str, agent: str) -> list[Turn]:
    turns, at = [], 0.5
    for number, (speaker, text) in enumerate(said, 1):
        words = []
        for token in text if language == "zh" else text.split():
            plain = token.strip(" .,?!，。？！")
            if plain:
                length = 0.2 if language == "zh" else 0.35
                words.append(Word(plain, round(at, 2), round(at + length, 2), 0.9))
                at += length + 0.05
        mine = agent if speaker == "agent" else ""
        turns.append(
            Turn(number, speaker, text, words[0].start, words[-1].end, language, 0.9, tuple(words), agent=mine)
        )
        at += 0.6
    return turns


def _record(path: Path, turns: Sequence[Turn], seconds: float, keep: float) -> None:
    """Write a tone for each turn, the caller's on the left; only the first part of it where `keep` is below 1."""
    sound = np.zeros((int(seconds * RATE), 2), np.int16)
    for turn in turns:
        first, last = int(turn.start * RATE), int(turn.end * RATE)
        wave_ = np.sin(np.arange(last - first) * 2 * np.pi * 220 / RATE) * 6000
        sound[first:last, 0 if turn.speaker == "caller" else 1] = wave_.astype(np.int16)
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound[: int(len(sound) * keep)].tobytes())
