"""A flow is published while a call runs: that call keeps the old text, new ones hear the new one."""

import json
from pathlib import Path

import pytest

from dialplans.publishing import Publications
from tests.live_server import QUICK, greeted, hotline, notes, until
from voice.server_process import ServerProcess
from voice.synthetic_caller import SyntheticCaller

pytestmark = [pytest.mark.call, pytest.mark.asyncio(loop_scope="session")]
SERVER, CALLER = "127.0.35.1", "127.0.35.2"
FLOW = """\
languages: [en]
steps:
  - step: greeting
    ask: Welcome to the WORD shop.
    digits: {"1": told, "9": bye}
    otherwise: told
    no_input_s: 30
  - step: told
    say: You are in the WORD shop.
    goto: greeting
  - step: bye
    hangup: Goodbye.
"""


def said(server: ServerProcess, caller: str, words: str) -> bool:
    calls = {note["call"] for note in notes(server, "CallBegan", caller=caller)}
    turns = notes(server, "TurnTaken", speaker="robot")
    return any(turn["call"] in calls and words in turn["text"] for turn in turns)


async def test_a_running_call_keeps_its_version_and_new_ones_get_the_published_one(tmp_path: Path) -> None:
    flows = tmp_path / "flows"
    flows.mkdir()
    shop = flows / "shop.yaml"
    shop.write_text(FLOW.replace("WORD", "old"))
    data = tmp_path / "server"
    routes = json.dumps([{"called": "*", "flow": "shop"}])
    settings = {**QUICK, "DIALPLAN__ROUTES": routes, "DIALPLAN__DIRECTORY": str(flows)}
    async with ServerProcess(data, SERVER, settings) as server:
        async with SyntheticCaller(server.sip, CALLER, number="701") as first:
            await greeted(first)
            shop.write_text(FLOW.replace("WORD", "new"))
            told = await hotline(server.directory, "dialplan", "publish", str(shop), "--without-tests")
            assert "live: new calls get" in told
            assert "1 call goes on with the version before" in told
            shop.unlink()
            async with SyntheticCaller(server.sip, CALLER, number="702") as second:
                await until(lambda: said(server, "702", "the new shop"), "the new text")
                await first.key("1")
                await until(lambda: said(server, "701", "You are in the old shop"), "the old text")
                assert not said(server, "701", "new")
                assert not said(server, "702", "old")
                await greeted(second)
        [began] = notes(server, "CallBegan", caller="702")
        assert began["flow_version"] == Publications(server.directory).live("shop").version

    async with ServerProcess(data, SERVER, settings) as again, SyntheticCaller(again.sip, CALLER, number="703"):
        await until(lambda: said(again, "703", "the new shop"), "the published text after a restart without its file")
