"""Random callers, agents, edits and losses at once: every call ends, nobody is forgotten, all records agree."""

import asyncio
import random

import pytest

from tests.calls.call_centre import AGENTS, BILLING, call_centre
from tests.calls.test_queue_faults import SALES, gapless

pytestmark = pytest.mark.looptime
EVERYBODY = tuple(agent["extension"] for agent in AGENTS)
OVERFLOWS: tuple[list[dict[str, object]], ...] = (
    [],
    [{"when": "waited", "after_s": 20, "to": "queue:sales"}],
    [{"when": "nobody", "after_s": 5, "to": "callback"}],
    [{"when": "waited", "after_s": 8, "to": "number:5559999"}],
)


class Chances:
    """What callers, agents and whoever edits do, by dice."""

    def __init__(self, seed, line, phones, centre):
        self.dice = random.Random(seed)
        self.line, self.phones, self.centre = line, phones, centre
        self.callers = []

    def chance(self, share):
        return self.dice.random() < share

    async def passes(self, *seconds):
        await asyncio.sleep(self.dice.choice(seconds))

    async def caller(self):
        caller = self.line.dial(f"55501{self.dice.randrange(8):02}")
        self.callers.append(caller)
        await caller.answered()
        await self.passes(0.5, 3, 12, 30)
        for key in "91":
            if self.chance(0.2) and caller.dialog.over is None:
                caller.stream.key(key)
        await self.passes(1, 10)
        if self.chance(0.5):
            caller.hangs_up()

    async def agents(self):
        """Every phone that rings has somebody before it."""
        seen = 0
        async with asyncio.TaskGroup() as group:
            while True:
                for call in self.phones.calls[seen:]:
                    group.create_task(self.agent(call))
                seen = len(self.phones.calls)
                await asyncio.sleep(0.05)

    async def agent(self, call):
        await self.passes(0, 0.03, 0.5, 2)
        if self.chance(0.1):
            call.declines()
        if self.chance(0.1) or call.over is not None:
            return
        call.answers()
        await self.passes(0, 0.2, 3, 12)
        if self.chance(0.2):
            call.dies()
            await self.passes(10, 20)
            self.centre.book.phone(call.called.number, True)
        elif self.chance(0.3) and call.over is None:
            call.refers(f"sip:{self.dice.choice(['sales', 'billing', *EVERYBODY, 'x9', '555000'])}@hotline.example")
            await asyncio.sleep(5)
        call.caller_hangs_up()

    async def edits(self, queue):
        other = {**queue, "needs": [{"skill": "sales"}]}
        for queues, agents in self.dice.sample(
            [([SALES], AGENTS), ([queue, SALES], AGENTS[1:]), ([other, SALES], AGENTS), ([queue, SALES], AGENTS)], 4
        ):
            await self.passes(0.1, 5, 12)
            self.centre.apply(queues, agents=agents)
            await self.centre.book.take_up()
            await self.centre.book.wish("202", self.dice.choice(["ready", "paused", "offline"]))
            self.centre.journal.lock()
            self.line.speech.lose()
            await self.passes(0.1, 4)
            self.line.speech.back()
            self.centre.journal.unlock()
        self.centre.apply([queue, SALES])
        await self.centre.book.take_up()
        await self.centre.comes(*EVERYBODY)


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_every_call_ends_and_every_agent_is_free_again(open_line, tmp_path, caplog, seed):
    strategy = ("ring-all", "longest-idle", "ability", "round-robin")[seed]
    queue = {**BILLING, "strategy": strategy, "ring_s": 6, "wrap_up_s": 3 * (seed % 2), "announce_every_s": 7}
    queue |= {"overflow": OVERFLOWS[seed], "way_out_key": "9", "callback_after_s": 10}
    async with call_centre(open_line, tmp_path, queue, SALES) as (line, phones, centre):
        await centre.comes(*EVERYBODY)
        house = Chances(seed, line, phones, centre)
        agents = asyncio.ensure_future(house.agents())
        async with asyncio.TaskGroup() as group:
            group.create_task(house.edits(queue))
            for _ in range(12):
                group.create_task(house.caller())
                await house.passes(0, 0.01, 1, 4)
        await house.passes(100)
        for caller in house.callers:
            caller.hangs_up()
        await house.passes(60)
        agents.cancel()
        assert not line.reception.calls
        assert all(call.over is not None for call in phones.calls), "a phone is left alone"
        assert {centre.state(extension) for extension in EVERYBODY} <= {"ready", "paused"}
        assert set(centre.distributor.waiting().values()) == {0}
    assert {story.cause for story in line.stories.values()} <= {"robot-hung-up", "caller-hung-up"}
    assert {state for _, state, _ in centre.stays()} <= {"served", "abandoned", "overflowed", "callback"}
    assert gapless(centre)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
