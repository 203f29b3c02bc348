"""Published flows taken up by a running server: what new calls get, and how many calls keep theirs."""

from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from asr_tts.speech_protocol import Clause
from dialplans.publishing import Publications, entry_of
from dialplans.routing import Routing
from models.call_note import CallBegan, CallEnded
from models.control_protocol import News, TakeUpFlow
from models.errors import CannotDo, OperatorFault, OurFault
from models.event import Events
from models.settings import RouteSettings
from voice.line import Speech
from voice.prompt_shelf import PromptShelf
from voice.taking_up import TakingUp

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


class Mouth:
    def __init__(self) -> None:
        self.spoken: list[str] = []
        self.fails = ""

    async def synthesise(self, text, language, voice="", wanted="now"):
        if self.fails:
            raise OurFault(self.fails)
        self.spoken.append(text)
        yield Clause(0, 0, text, 8000, True)


class Server:
    def __init__(self, folder: Path) -> None:
        self.folder, self.mouth, self.events = folder, Mouth(), Events()
        self.published = Publications(folder / "data")
        self.news: list[News] = []
        first = self.published.load("shop", self.publish("One."))
        self.routing = Routing([RouteSettings(flow="shop")], {"shop": first})
        shelf = PromptShelf(cast(Speech, self.mouth))
        self.taking_up = TakingUp(self.published, folder, self.routing, shelf, self.events)

    def publish(self, text: str, share: float = 100.0) -> str:
        (self.folder / "shop.yaml").write_text(f"languages: [en]\nsteps:\n- step: a\n  hangup: {text}\n")
        version = self.published.keep(self.folder / "shop.yaml")
        self.published.publish("shop", version, entry_of("ann", "", "", NOW), share)
        return version

    def begins(self, call: str) -> None:
        flow = self.routing.destination("1", call, NOW).flow
        self.events.publish(CallBegan(call, 0.0, "inbound", call, "1", flow=flow.name, flow_version=flow.version))

    async def take_up(self, name: str = "shop") -> str:
        async def tell(news: News) -> None:
            self.news.append(news)

        return (await self.taking_up.take_up(TakeUpFlow(name), tell)).sentence

    def version_for(self, caller: str) -> str:
        return self.routing.destination("1", caller, NOW).flow.version


async def test_new_calls_get_the_version_running_ones_are_counted(tmp_path: Path) -> None:
    server = Server(tmp_path)
    for call in ("a", "b", "c"):
        server.begins(call)
    server.events.publish(CallEnded("b", 1.0, "caller-hung-up"))
    version = server.publish("Two.")
    assert await server.take_up() == f"live: new calls get {version}; 2 calls go on with the version before"
    assert server.version_for("d") == version
    assert "Two." in server.mouth.spoken
    server.begins("d")
    assert "2 calls go on" in await server.take_up()


async def test_a_trial_is_for_a_share_of_the_callers_until_it_is_rolled_back(tmp_path: Path) -> None:
    server = Server(tmp_path)
    first = server.version_for("")
    trial = server.publish("Two.", 30)
    assert f"30 % of the callers get {trial}" in await server.take_up()
    heard = [server.version_for(str(caller)) for caller in range(500)]
    assert set(heard) == {first, trial}
    server.published.roll_back("shop", "", entry_of("ann", "", "", NOW))
    await server.take_up()
    assert {server.version_for(str(caller)) for caller in range(500)} == {first}


async def test_a_flow_without_a_route_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(CannotDo, match=r"no route to 'sales', so no call gets it; add one to \[\[dialplan.routes\]\]"):
        await Server(tmp_path).take_up("sales")


async def test_a_damaged_version_is_refused_and_calls_go_on_with_what_there_was(tmp_path: Path) -> None:
    server = Server(tmp_path)
    first = server.version_for("")
    version = server.publish("Two.")
    (tmp_path / "data/flows/shop/versions" / version / "shop.yaml").write_text("steps: [")
    with pytest.raises(OperatorFault):
        await server.take_up()
    assert server.version_for("") == first


async def test_a_prompt_that_cant_be_spoken_is_told_and_the_flow_is_live_all_the_same(tmp_path: Path) -> None:
    server = Server(tmp_path)
    server.mouth.fails = "No voice speaks here."
    version = server.publish("Two.")
    await server.take_up()
    assert [news.sentence for news in server.news] == ["A prompt can't be spoken: No voice speaks here."]
    assert server.version_for("") == version
