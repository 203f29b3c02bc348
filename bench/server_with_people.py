"""`python -m bench.server_with_people serve --config FILE`: a server that rings whom a flow names, without queues.

For benches and peer tests of the call with an agent: whoever is named by `transfer: NAME` (a user with a phone, or a
SIP address) is called at once, is whispered to where PEOPLE_WHISPER names a sound file, and may transfer the caller on.
"""

import asyncio
import os
import sys
from pathlib import Path

from dialplans.exchange import Done, Prompt, Say
from models.errors import CannotDo
from models.log import set_up
from models.settings_file import read_settings
from server import Server
from voice.people import Address, AgentCall, Extension, Guest, Shown, Where
from voice.placing import CallRefused
from voice.transfer import hand_on

RINGS_S = 20.0


class OnePerson:
    """See `people.People`."""

    def __init__(self, users: set[str], whisper: str) -> None:
        """`whisper`: a sound file, or ""."""
        self._users, self._whisper = users, whisper

    async def take(self, guest: Guest) -> Done:
        """Call who is named, and follow every transfer."""
        guest.music()
        shown = Shown(guest.caller.number, f"{guest.handover.target} 0:00")
        agent: AgentCall | None = guest.call(self.find(guest.handover.target), shown, RINGS_S)
        try:
            assert agent is not None
            await agent.answered()
        except (CallRefused, CannotDo) as fault:
            return Done(False, why=str(fault))
        if self._whisper:
            await agent.whisper(Say((Prompt(file=self._whisper),), barge_in=False))
        ended = ""
        while agent is not None:
            talked = await guest.talk(agent, guest.handover.target, self.find)
            ended = talked.ended_by
            if talked.transfer is None:
                break
            where = None if talked.transfer.call else self.find(talked.transfer.to)
            agent = (await hand_on(guest, agent, talked.transfer, where, shown, RINGS_S)).call
        return Done(True, {"ended": ended})

    def find(self, name: str) -> Where:
        """Return where somebody is; raise `CannotDo` for who is nobody here."""
        if name.startswith("sip:"):
            return Address(name)
        if name not in self._users:
            raise CannotDo(f"There is no extension '{name}'.")
        return Extension(name)


async def serve(configuration: Path) -> None:
    """Serve until SIGTERM."""
    settings = read_settings(configuration)
    set_up(settings.log)
    server = Server(settings)
    users = {user.name for user in settings.sip.users}
    server.office.people = OnePerson(users, os.environ.get("PEOPLE_WHISPER", ""))
    await server.run()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[3])))
