"""A real softphone in a process of its own: baresip, which plays a WAV file as its user's voice."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

CONFIG = """\
sip_listen {address}:{port}
module_path /usr/lib/baresip/modules
module stdio.so
module g711.so
module aufile.so
module auconv.so
audio_source aufile,{voice}
audio_player aufile,{heard}
ctrl_tcp_listen {address}:4445
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
"""


class Phone:
    """baresip, told what to do over its control socket."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def do(self, command: str, parameters: str = "") -> None:
        """Give it a command of its menu module: dial, hangup …"""
        text = f'{{"command":"{command}","params":"{parameters}"}}'
        for attempt in range(50):
            try:
                reader, writer = await asyncio.open_connection(self._address, 4445)
                break
            except ConnectionRefusedError:
                if attempt == 49:
                    raise
                await asyncio.sleep(0.1)
        writer.write(f"{len(text)}:{text},".encode())
        await asyncio.wait_for(reader.read(4096), 5)
        writer.close()


@contextlib.asynccontextmanager
async def phone(address: str, account: str, voice: Path, home: Path) -> AsyncIterator[Phone]:
    """Run a phone with this account line; it speaks what is in `voice` from the answer on."""
    _furnish(home, address, account, voice)
    process = await asyncio.create_subprocess_exec(
        "baresip",
        *("-f", str(home), "-t", "40"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=(home / "out").open("wb"),
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield Phone(address)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()


def _furnish(home: Path, address: str, account: str, voice: Path) -> None:
    home.mkdir()
    (home / "config").write_text(CONFIG.format(address=address, port=5070, voice=voice, heard=home / "heard.wav"))
    (home / "accounts").write_text(account + "\n")
    (home / "contacts").write_text("")
