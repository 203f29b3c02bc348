"""A real softphone talks with a whole server."""

import wave
from pathlib import Path

import numpy as np
import pytest

from tests.live_server import notes, record_of, until
from tests.peers.baresip import phone
from voice.server_process import ServerProcess

pytestmark = [pytest.mark.peer, pytest.mark.asyncio(loop_scope="session")]
ADDRESS = "127.0.0.65"
QUESTION = Path(__file__).parent.parent / "sounds" / "opening_hours.wav"


def spoken(path: Path, *, after: float, then: float) -> Path:
    """Write the question with silence around it, as a caller who waits, asks and waits."""
    with wave.open(str(QUESTION), "rb") as file:
        question = np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)
    whole = np.concatenate([np.zeros(int(after * 8000)), question, np.zeros(int(then * 8000))]).astype(np.int16)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(whole.tobytes())
    return path


@pytest.mark.parametrize(
    ("user", "account", "origin"),
    [
        ("passer-by", f"<sip:passer-by@{ADDRESS}>;regint=0", "unknown"),
        ("anna", "<sip:anna@{host}:{port}>;auth_user=anna;auth_pass=right;regint=60", "user anna"),
    ],
    ids=["stranger", "registered"],
)
async def test_a_softphone_asks_by_voice_and_its_question_is_on_record(
    live_server: ServerProcess, tmp_path: Path, user: str, account: str, origin: str
) -> None:
    host, port = live_server.sip
    voice = spoken(tmp_path / "voice.wav", after=4, then=20)
    async with phone(ADDRESS, account.format(host=host, port=port), voice, tmp_path / "phone") as softphone:
        await softphone.do("dial", f"sip:hotline@{host}:{port}")
        began = await until(lambda: notes(live_server, "CallBegan", caller=user), "the call")
        call = began[-1]["call"]
        await until(
            lambda: notes(live_server, "TurnTaken", call=call, speaker="caller"), "the caller's turn on record", 60
        )
        await until(lambda: len(notes(live_server, "TurnTaken", call=call, speaker="robot")) >= 2, "an answer")
        await softphone.do("hangup")
        record = await record_of(live_server, user)
    said = [turn for turn in record["turns"] if turn["speaker"] == "caller"]
    assert "opening hours" in said[0]["text"].lower()
    assert said[0]["intent"] == "hours"
    assert 3.8 < said[0]["start_s"] < 6
    assert record["origin"].startswith(origin)
    assert record["cause"] == "caller-hung-up"
    assert record["media"]["packets_in"] > 200
