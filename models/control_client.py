"""The command's end of the control channel: says one order to the server that runs with a data directory."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

from models.control_protocol import VERSION, Done, FromServer, Hello, News, Order, Refused, short_path, socket_path
from models.errors import CannotDo, OurFault
from models.errors import Refused as RefusedInWords
from models.framing import Framing

HELLO_SECONDS = 5.0
"""How long a server that lives may take to say hello."""


class NotRunning(RefusedInWords):
    """No server runs with this data directory."""


def ask(directory: Path, order: Order, seconds: float | None = None) -> Iterator[News | Done]:
    """Let the running server carry `order` out; yield its news and last `Done`.

    `seconds` is the longest silence that is borne (None: any). Raises `NotRunning` where no server runs, `CannotDo`
    with the sentence of its refusal.
    """
    with _connected(directory) as channel:
        framing: Framing[FromServer] = Framing(FromServer)
        heard = _messages(channel, framing)
        channel.settimeout(HELLO_SECONDS)
        hello = next(heard)
        if not isinstance(hello, Hello) or hello.version != VERSION:
            words = "The running Hotline is of another version than this command; restart it."
            raise RefusedInWords(words, "orders.other_version")
        channel.sendall(framing.pack(order))
        channel.settimeout(seconds)
        for message in heard:
            match message:
                case News():
                    yield message
                case Done():
                    yield message
                    return
                case Refused():
                    if message.key:
                        raise RefusedInWords(message.sentence, message.key, **message.facts)
                    raise CannotDo(message.sentence)


def runs(directory: Path) -> bool:
    """Return whether a server runs with this data directory, of whichever version."""
    try:
        _connected(directory).close()
    except NotRunning:
        return False
    except CannotDo:  # it is another user's
        return True
    return True


def _connected(directory: Path) -> socket.socket:
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    channel.settimeout(HELLO_SECONDS)
    try:
        place = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            channel.connect(short_path(place))
        finally:
            os.close(place)
    except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError):
        channel.close()
        raise NotRunning(
            "No Hotline runs with this data directory; start `hotline serve --config …`, or name the configuration of "
            "the one that runs with --config.",
            "orders.not_running",
        ) from None
    except OSError as error:
        channel.close()
        raise CannotDo(
            f"The running Hotline can't be reached by {socket_path(directory)} ({error.strerror or error}); "
            "run this command as the user that it runs as."
        ) from error
    return channel


def _messages(channel: socket.socket, framing: "Framing[FromServer]") -> Iterator[FromServer]:
    try:
        while data := channel.recv(65536):
            yield from framing.feed(data)
    except TimeoutError:
        raise RefusedInWords("The running Hotline does not answer; look into its log.", "orders.no_answer") from None
    except (ConnectionError, ValueError) as error:
        raise OurFault(f"The running Hotline broke off ({error}); look into its log.") from error
    raise RefusedInWords("The running Hotline stopped before this was done.", "orders.stopped")
