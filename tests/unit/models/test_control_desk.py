"""Commands that tell a running server something."""

import asyncio
import socket
import stat
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from models.control_client import ask
from models.control_desk import ControlDesk
from models.control_protocol import SOCKET, Done, HangUpCall, News, Order, PlaceCall, socket_path
from models.errors import CannotDo, OperatorFault, Refused


class Greet(Order):
    """An order of another floor's."""

    name: str


async def greet(order: Greet, tell) -> Done:
    await tell(News("seen", f"{order.name} is here.", {"name": order.name}))
    if order.name == "nobody":
        raise CannotDo("Nobody is not to be greeted: name somebody.")
    if order.name == "carl":
        raise Refused("Carl has left.", "orders.call_over", call="c1")
    if order.name == "bug":
        raise ZeroDivisionError("nought")
    return Done(f"Hello {order.name}.", {"words": 2})


@asynccontextmanager
async def desk_in(directory: Path) -> AsyncIterator[ControlDesk]:
    desk = ControlDesk(directory)
    desk.bind(Greet, greet)
    running = asyncio.ensure_future(desk.run())
    for _ in range(100):
        await asyncio.sleep(0)
    if running.done():
        running.result()
    try:
        yield desk
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def asked(directory: Path, order: Order) -> list[News | Done]:
    return await asyncio.to_thread(lambda: list(ask(directory, order)))


async def test_an_order_is_carried_out_and_its_news_come_first(tmp_path):
    async with desk_in(tmp_path):
        assert await asked(tmp_path, Greet("Anna")) == [
            News("seen", "Anna is here.", {"name": "Anna"}),
            Done("Hello Anna.", {"words": 2}),
        ]


async def test_a_refusal_is_its_sentence_and_a_bug_is_one_too(tmp_path):
    async with desk_in(tmp_path):
        with pytest.raises(CannotDo, match="Nobody is not to be greeted: name somebody"):
            await asked(tmp_path, Greet("nobody"))
        with pytest.raises(CannotDo, match=r"Hotline failed on this .*nought"):
            await asked(tmp_path, Greet("bug"))
        assert len(await asked(tmp_path, Greet("Ben"))) == 2


async def test_a_refusal_with_a_phrase_arrives_with_it_and_its_fields(tmp_path):
    async with desk_in(tmp_path):
        with pytest.raises(Refused, match="Carl has left") as refusal:
            await asked(tmp_path, Greet("carl"))
        assert (refusal.value.key, refusal.value.values) == ("orders.call_over", {"call": "c1"})


async def test_an_order_that_nobody_is_bound_to_is_refused(tmp_path):
    async with desk_in(tmp_path):
        with pytest.raises(CannotDo, match="restart it"):
            await asked(tmp_path, HangUpCall("1"))


async def test_only_the_servers_own_user_may_speak_to_it(tmp_path):
    async with desk_in(tmp_path):
        assert stat.S_IMODE(socket_path(tmp_path).stat().st_mode) == 0o600
    assert not socket_path(tmp_path).exists()


async def test_without_a_server_there_is_one_clear_sentence(tmp_path):
    for directory in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(CannotDo, match="No Hotline runs with this data directory; start `hotline serve"):
            await asked(directory, Greet("Anna"))


async def test_the_socket_that_a_killed_server_left_is_taken_over(tmp_path):
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(socket_path(tmp_path)))
    left.close()
    with pytest.raises(CannotDo, match="No Hotline runs"):
        await asked(tmp_path, Greet("Anna"))
    async with desk_in(tmp_path):
        assert len(await asked(tmp_path, Greet("Anna"))) == 2


@pytest.fixture
def deep(tmp_path):
    made = tmp_path / ("d" * 120) / ("e" * 120)
    made.mkdir(parents=True)
    return made


async def test_a_data_directory_may_have_a_path_of_any_length(deep):
    async with desk_in(deep):
        assert len(await asked(deep, Greet("Anna"))) == 2


async def test_a_directory_that_takes_no_socket_is_said_at_the_start(tmp_path):
    (tmp_path / SOCKET).mkdir()
    with pytest.raises(OperatorFault, match="can't be made"):
        async with desk_in(tmp_path):
            pass


async def test_who_leaves_ends_what_was_begun_for_him(tmp_path):
    begun, ended = asyncio.Event(), asyncio.Event()

    async def wait(order: PlaceCall, tell) -> Done:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return Done("")

    async with desk_in(tmp_path) as desk:
        desk.bind(PlaceCall, wait)
        asking = threading.Thread(target=lambda: next(_impatient(tmp_path), None))
        asking.start()
        await asyncio.wait_for(begun.wait(), 30)
        await asyncio.wait_for(ended.wait(), 30)
        await asyncio.to_thread(asking.join)


def _impatient(directory: Path):
    try:
        yield from ask(directory, PlaceCall("1"), seconds=0.1)
    except CannotDo:
        return


async def test_noise_on_the_socket_harms_nobody(tmp_path):
    async with desk_in(tmp_path):
        for noise in (b"", b"\xff\xff\xff\xff....", b"\x02\x00\x00\x00hi"):
            reader, writer = await asyncio.open_unix_connection(str(socket_path(tmp_path)))
            writer.write(noise)
            writer.write_eof()
            await asyncio.wait_for(reader.read(), 30)
            writer.close()
        assert len(await asked(tmp_path, Greet("Anna"))) == 2
