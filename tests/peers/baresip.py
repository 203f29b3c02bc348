"""A real softphone in a process of its own: baresip, which plays a WAV file as its user's voice."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from tests.peers.trunk.our_edge import free
from voice.sip.address import host_and_port

CONFIG = """\
sip_listen {place}
module_path /usr/lib/baresip/modules
module stdio.so
module g711.so
module aufile.so
module auconv.so
module sndfile.so
snd_path {home}
audio_source aufile,{voice}
ctrl_tcp_listen {control}
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
"""


class Phone:
    """baresip, told what to do over its control socket."""

    def __init__(self, place: str, control: str, home: Path, pid: int = 0) -> None:
        self.pid = pid
        self.place = place
        """Where it listens: address and port."""
        self.home = home
        """Where it keeps what it heard: dump-…-dec.wav."""
        self._control = host_and_port(control, "a test's phone")

    async def do(self, command: str, parameters: str = "") -> str:
        """Give it a command of its menu module (dial, hangup …) and return what it says to that."""
        text = f'{{"command":"{command}","params":"{parameters}"}}'
        for attempt in range(300):
            try:
                reader, writer = await asyncio.open_connection(*self._control)
                break
            except ConnectionRefusedError:
                if attempt == 299:
                    raise
                await asyncio.sleep(0.1)
        writer.write(f"{len(text)}:{text},".encode())
        answer = await asyncio.wait_for(reader.read(4096), 30)
        writer.close()
        return answer.decode(errors="replace")


@contextlib.asynccontextmanager
async def phone(address: str, account: str, voice: Path, home: Path, seconds: int = 900) -> AsyncIterator[Phone]:
    """Run a phone with this account line, for so long at most; it speaks what is in `voice` from the answer on."""
    place, control = free(address), free(address)
    _furnish(home, place, control, account, voice)
    process = await asyncio.create_subprocess_exec(
        "baresip",
        *("-f", str(home), "-t", str(seconds)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=(home / "out").open("wb"),
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield Phone(place, control, home, process.pid)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()


def _furnish(home: Path, place: str, control: str, account: str, voice: Path) -> None:
    home.mkdir()
    (home / "config").write_text(CONFIG.format(place=place, control=control, voice=voice, home=home))
    (home / "accounts").write_text(account + "\n")
    (home / "contacts").write_text("")
