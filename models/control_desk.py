"""The server's end of the control channel: takes orders of commands and has them carried out by whom they are bound to.

A handler that was begun is cancelled when its command leaves (Ctrl-C): what must outlive the command belongs to a task
of whoever owns it.
"""

import asyncio
import contextlib
import functools
import logging
import operator
import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from models.control_protocol import VERSION, Done, Hello, News, Order, Refused, short_path, socket_path
from models.errors import HotlineError, OperatorFault
from models.errors import Refused as RefusedInWords
from models.framing import Framing

log = logging.getLogger(__name__)
O = TypeVar("O", bound=Order)  # noqa: E741 - as in M of framing
Tell = Callable[[News], Awaitable[None]]
Handler = Callable[[O, Tell], Awaitable[Done]]
"""Carries an order out, telling news as it goes; a `HotlineError` refuses it with its sentence."""
ORDER_SECONDS = 10.0
"""How long a command may take to say what it wants."""
WAITING = 16
"""Commands that may wait to be let in."""


class ControlDesk:
    """Who carries out what; `run` takes orders until it is cancelled."""

    def __init__(self, directory: Path) -> None:
        """Listen in `directory`, which must be claimed already (`DataDirectory`)."""
        self._directory = directory
        self._handlers: dict[type[Order], Handler[Any]] = {}

    def bind(self, order: type[O], handler: Handler[O]) -> None:
        """Let `handler` carry out every `order` from now on."""
        self._handlers[order] = handler

    async def run(self) -> None:
        """Take orders; raise `OperatorFault` where the socket can't be made."""
        loop = asyncio.get_running_loop()
        with self._listening() as door:
            async with asyncio.TaskGroup() as group:
                while True:
                    try:
                        channel, _ = await loop.sock_accept(door)
                    except OSError as error:
                        # Out of descriptors: the calls have them; a command can wait.
                        log.warning("No order can be taken now: %s", error)
                        await asyncio.sleep(1)
                        continue
                    group.create_task(self._receive(channel), name="order")

    @contextlib.contextmanager
    def _listening(self) -> Any:
        path = socket_path(self._directory)
        door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            # The directory is claimed: a socket that is there already is one that a killed server left.
            path.unlink(missing_ok=True)
            # Linux makes the file with the mode of the socket: at no time it is anybody else's to write to.
            os.fchmod(door.fileno(), 0o600)
            place = os.open(self._directory, os.O_RDONLY | os.O_DIRECTORY)
            try:
                door.bind(short_path(place))
            finally:
                os.close(place)
            door.listen(WAITING)
        except OSError as error:
            door.close()
            raise OperatorFault(
                f"Commands can't reach this server: {path} can't be made ({error.strerror or error}); "
                "set [data] directory to a disk that holds sockets."
            ) from error
        door.setblocking(False)
        try:
            yield door
        finally:
            door.close()
            path.unlink(missing_ok=True)

    async def _receive(self, channel: socket.socket) -> None:
        """Serve one command; whatever goes wrong stays within it."""
        reader, writer = await asyncio.open_unix_connection(sock=channel)
        try:
            await self._serve(reader, writer)
        except ConnectionError:
            pass  # the command has left
        except Exception:
            log.exception("An order failed")
        finally:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        orders: Any = functools.reduce(operator.or_, self._handlers) if self._handlers else Order
        framing: Framing[Order] = Framing(orders)

        async def tell(message: Hello | News | Done | Refused) -> None:
            writer.write(framing.pack(message))
            await writer.drain()

        await tell(Hello(VERSION, os.getpid()))
        try:
            async with asyncio.timeout(ORDER_SECONDS):
                order = await _first(reader, framing)
        except TimeoutError:
            return
        except ValueError as error:
            log.warning("An order was not understood: %s", error)
            await tell(Refused("The running Hotline doesn't know this order; it is of another version: restart it."))
            return
        if order is not None:
            await self._carry_out(order, tell, reader)

    async def _carry_out(
        self, order: Order, tell: Callable[[Any], Awaitable[None]], reader: asyncio.StreamReader
    ) -> None:
        work = asyncio.ensure_future(self._answer(order, tell))
        leaving = asyncio.ensure_future(reader.read(1))
        try:
            await asyncio.wait([work, leaving], return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                await tell(work.result())
        finally:
            for task in (work, leaving):
                task.cancel()
            await asyncio.gather(work, leaving, return_exceptions=True)

    async def _answer(self, order: Order, tell: Tell) -> Done | Refused:
        try:
            return await self._handlers[type(order)](order, tell)
        except RefusedInWords as error:
            return Refused(str(error), error.values, error.key)
        except HotlineError as error:
            return Refused(str(error))
        except ConnectionError:
            raise
        except Exception as error:
            log.exception("An order failed: %s", type(order).__name__)
            return Refused(f"Hotline failed on this ({type(error).__name__}: {error}); its log says more.")


async def _first(reader: asyncio.StreamReader, framing: "Framing[Order]") -> Order | None:
    """Return the one order of a connection; None where it closed without. Raise `ValueError` for anything else."""
    while data := await reader.read(65536):
        for order in framing.feed(data):
            return order
    return None
