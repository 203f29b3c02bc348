"""Whole calls to a whole server that no loopback line can show: over IPv6, beside somebody else's RTP, with a REFER."""

import asyncio
import socket
import wave
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.calls.media_peer import RtpPeer
from tests.live_server import QUICK, greeted, notes, record_of, server_with, until
from tests.unit.voice.sip.phone import OFFER, SDP, Phone
from voice.server_process import ServerProcess
from voice.synthetic_caller import FRAME, SyntheticCaller

pytestmark = [pytest.mark.call, pytest.mark.asyncio(loop_scope="session")]
CALLER, INTRUDER = "127.0.23.12", "127.0.23.13"
NOISE = bytes([0x10, 0x90] * 80)
"""A loud square tone in PCMU: level about 16,000 of 32,767."""


def caller_side(record: dict[str, Any]) -> np.ndarray:
    """Return the caller's channel of the recording, 16-bit at 8 kHz."""
    with wave.open(str(record["recording"]), "rb") as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")[0::2]


async def keys_one_and_hears_the_hours(server: ServerProcess, caller: SyntheticCaller) -> None:
    since = len(server.lines)
    await caller.key("1")
    await until(
        lambda: [turn for turn in notes(server, "TurnTaken", since, speaker="robot") if "nine to six" in turn["text"]],
        "the opening hours",
    )
    assert await caller.wait_until_robot(speaks=True, steady=0.1), "the hours are not heard"


def free_tcp_port(address: str) -> int:
    with socket.create_server((address, 0), family=socket.AF_INET6) as probe:
        return int(probe.getsockname()[1])


async def metrics_of(listen: str) -> dict[tuple[str, str], float]:
    """Return what Prometheus would fetch: value by name and by the value of the one label ("" without)."""

    def fetch() -> str:
        with urlopen(f"http://{listen}/metrics", timeout=10) as answer:
            return str(answer.read().decode())

    families = text_string_to_metric_families(await asyncio.to_thread(fetch))
    samples = [sample for family in families for sample in family.samples]
    return {(sample.name, "".join(sample.labels.values())): sample.value for sample in samples}


async def test_a_call_over_ipv6_is_heard_understood_recorded_and_in_the_metrics(tmp_path: Path) -> None:
    listen = f"[::1]:{free_tcp_port('::1')}"
    async with server_with(tmp_path, {**QUICK, "METRICS__LISTEN": listen}, "::1") as server:
        before = await metrics_of(listen)
        assert (before["hotline_media_up", "1"], before["hotline_speech", "workers_ready"]) == (1, 1)
        assert (before["hotline_calls", ""], before["hotline_calls_answered_total", ""]) == (0, 0)
        async with SyntheticCaller(server.sip, "::1", number="601") as caller:
            assert caller.media[0] == "::1"
            await greeted(caller)
            await keys_one_and_hears_the_hours(server, caller)
        record = await record_of(server, "601")
        after = await metrics_of(listen)
    assert {cause: n for (name, cause), n in after.items() if name == "hotline_calls_ended_total"} == {
        "caller-hung-up": 1
    }
    assert (after["hotline_calls", ""], after["hotline_calls_answered_total", ""]) == (0, 1)
    assert (after["hotline_caller_turns_total", ""], after["hotline_call_seconds_count", ""]) == (1, 1)
    assert (after["hotline_media_up", "1"], after["hotline_media_streams", "1"]) == (1, 0)
    assert (after["hotline_speech", "workers_ready"], after["hotline_speech", "ears"]) == (1, 0)
    assert after["hotline_sip_total", "in_INVITE"] == 1
    assert record["cause"] == "caller-hung-up"
    assert record["origin"].startswith("unknown [::1]:")
    assert [turn["digits"] for turn in record["turns"] if turn["digits"]] == ["1"]
    assert record["media"]["packets_in"] > 100
    assert record["media"]["packets_lost"] == 0


async def whole_call(server: ServerProcess, number: str, intruder: RtpPeer, first: bool) -> tuple[dict[str, Any], int]:
    """Hold a call that the intruder sends 50 packets into; return its record, and how many it sent before them."""
    still = [first]
    tries = 0
    caller = SyntheticCaller(server.sip, CALLER, number=number, impair=lambda: None if still[0] else 0.0)
    async with caller:
        while first and not intruder.packets:
            # The caller keeps still: somebody who guessed the port is there before it, and hears the robot.
            await intruder.talk(caller.media, [NOISE])
            tries += 1
            assert tries < 100, "the first source is not learnt"
        still[0] = False
        # What it heard until the intruder was learnt, at the address of its offer, says nothing of who is heard now.
        caller.heard.clear()
        await until(lambda: len(caller.heard) > 10 and caller.level() > 100, "the robot's voice")
        intruder.packets.clear()
        await intruder.talk(caller.media, [NOISE] * 50)
        await keys_one_and_hears_the_hours(server, caller)
        assert intruder.packets == [], "the robot speaks to the caller and to nobody else"
    return await record_of(server, number), tries


async def test_rtp_of_somebody_else_is_dropped_counted_and_not_heard(live_server: ServerProcess) -> None:
    for number, first in (("602", False), ("603", True)):
        intruder = RtpPeer(INTRUDER)
        record, before = await whole_call(live_server, number, intruder, first)
        intruder.close()
        assert record["media"]["packets_foreign"] == 50
        assert [turn["digits"] for turn in record["turns"] if turn["digits"]] == ["1"]
        loud = np.count_nonzero(np.abs(caller_side(record)) > 3000)
        assert loud <= FRAME * before, "what nobody but the intruder said"


async def record_since(server: ServerProcess, since: int) -> dict[str, Any]:
    """Return the record of the one call that the server has logged since line `since`, once it is closed."""
    began = await until(lambda: notes(server, "CallBegan", since, caller="200"), "the call")
    await until(lambda: notes(server, "CallEnded", since, call=began[0]["call"]), "the call's end")
    return await record_of(server, "200")


async def test_a_caller_who_asks_for_a_transfer_is_told_that_none_is_made_and_stays(live_server: ServerProcess) -> None:
    since = len(live_server.lines)
    with Phone(live_server.sip, CALLER) as phone:
        await phone.call()
        assert (await phone.ask("REFER", "Refer-To: <sip:300@10.0.0.1>")).code == 603
        assert (await phone.ask("BYE")).code == 200
    record = await record_since(live_server, since)
    assert "transfer-asked" in [event["name"] for event in record["events"]]
    assert record["cause"] == "caller-hung-up"


async def test_a_call_that_comes_on_hold_is_held_on_record_until_it_is_fetched(live_server: ServerProcess) -> None:
    since = len(live_server.lines)
    with Phone(live_server.sip, CALLER) as phone:
        await phone.call(body=OFFER.replace("sendrecv", "inactive"))
        assert (await phone.ask("INVITE", SDP, body=OFFER)).code == 200
        phone.request("ACK", cseq=phone.cseq)
        assert (await phone.ask("BYE")).code == 200
    record = await record_since(live_server, since)
    names = [event["name"] for event in record["events"]]
    assert names.index("held") < names.index("resumed")
    assert [line for line in live_server.lines[since:] if line.get("level") == "error"] == []
