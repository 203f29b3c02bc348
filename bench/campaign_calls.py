"""Real calls of a campaign to a sipp telephone network: 1,000 leads at 50 calls a second; what became of each.

The network is sipp on loopback; what becomes of a call is in the number's last digits, so each lead's true disposition
is known. Who answers is known by what is heard: real recognition, on the same machine. Caps are measured at the
network, from the times at which its INVITEs arrived. Further leads live where it is outside the calling hours: none of
them may be called.
"""

import asyncio
import json
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from bench.hotline_under_test import FLOWS
from bench.report import Report, run, short
from bench.sounding_network import KINDS, MACHINE, SCENARIO, in_language, kind_of, write_sounds
from bench.telephone_network import Network, prepare, telephone_network
from models.attempt import Attempt
from models.database import open_engine, table_of
from models.lead import Lead
from voice.server_process import ServerProcess, free_port

ADDRESS, NETWORK = "127.0.72.10", "127.0.72.11"
RATE, AT_ONCE, ASLEEP = 50, 200, 100
LONGEST_S = 600
MESSAGE = {"en": "Please call us back.", "zh": "请给我们回电。"}
LEAD, ATTEMPT = table_of(Lead), table_of(Attempt)
ENDED = ("done", "refused")
ANNOUNCED = ("no-such-number", "switched-off", "suspended", "busy", "congestion")


async def measure() -> Report:
    """Return the figure."""
    leads = 100 if short() else 1000
    how = f"{leads} leads, {RATE} calls a second, {AT_ONCE} at once, robot, recording on; sipp as the network"
    report = Report("campaign calls", how)
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name:
        directory, port = Path(name), free_port(NETWORK)
        url = f"sqlite:///{directory / 'data' / 'hotline.sqlite'}"
        numbers = [f"+861391{number:07d}" for number in range(leads)]
        asleep = [f"+861392{number:07d}" for number in range(ASLEEP)]
        here = _zone_now(True)
        plan = {
            "name": "bench", "country": "CN", "flows": [str(FLOWS / "asking.yaml")], "holidays": "",
            "hours": ["mon-sun 08:00-20:00"], "max_calls": AT_ONCE, "calls_per_second": RATE, "ring_seconds": 15,
            "frequency": [{"times": 50, "days": 1}], "breaker": {"share": 1.1},
            "machine": {"policy": "leave_message", "message": MESSAGE},
            "retry": {
                "busy": {"after": ["2s"], "most": 2}, "no-answer": "never", "declined": "never",
                "congestion": {"after": ["2s"], "most": 2}, "hung-up-early": "never", "machine": "never",
                "switched-off": "never", "suspended": "never", "silent": "never",
            },
        }  # fmt: skip
        prepare(url, plan, numbers + asleep, [{"name": "network"}])
        _live_in(url, {"+861391": here, "+861392": _zone_now(False)})
        _speak(url, "zh", list(in_language(numbers, "zh")))
        write_sounds(directory)
        trunk = {"name": "network", "host": f"{NETWORK}:{port}", "health_check": 0, "caller_number": "4000100"}
        settings = {
            "SIP__TRUNKS": json.dumps([trunk]), "LIMITS__MAX_CALLS": "1000", "LOG__LEVEL": "warning",
            "SPEECH__SYNTHESISER": "pyttsx3", "SPEECH__WORKERS": "1",
        }  # fmt: skip
        async with telephone_network(NETWORK, port, directory, SCENARIO) as network:
            async with ServerProcess(directory / "data", ADDRESS, settings):
                await _done(url, leads)
            _add(report, network, url, leads)
    return report


def _zone_now(awake: bool) -> str:
    """Return a zone where it is noon (or midnight) now, give or take half an hour."""
    ahead = (12 if awake else 0) - datetime.now(UTC).hour
    ahead = (ahead + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def _live_in(url: str, zones: dict[str, str]) -> None:
    engine = open_engine(url)
    with engine.begin() as connection:
        for beginning, zone in zones.items():
            connection.execute(update(LEAD).where(LEAD.c.number.startswith(beginning)).values(timezone=zone))
    engine.dispose()


def _speak(url: str, language: str, numbers: list[str]) -> None:
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(update(LEAD).where(LEAD.c.number.in_(numbers)).values(language=language))
    engine.dispose()


async def _done(url: str, leads: int) -> None:
    engine = open_engine(url)
    for _ in range(LONGEST_S):
        await asyncio.sleep(1)
        with engine.connect() as connection:
            if (connection.scalar(select(func.count()).where(LEAD.c.state.in_(ENDED))) or 0) >= leads:
                break
    engine.dispose()


def _add(report: Report, network: Network, url: str, leads: int) -> None:
    engine = open_engine(url)
    with engine.connect() as connection:
        found = connection.execute(select(LEAD.c.number, LEAD.c.state, LEAD.c.disposition)).all()
        attempts = connection.execute(
            select(ATTEMPT.c.id, ATTEMPT.c.number, ATTEMPT.c.state, ATTEMPT.c.answered_by, ATTEMPT.c.results)
        ).all()
    engine.dispose()
    awake = [one for one in found if one.number.startswith("+861391")]
    wrong = [one for one in awake if one.state != "done" or one.disposition not in kind_of(one.number).becomes]
    invites = network.invites()
    times = sorted(one.at for one in invites)
    placed = Counter(one.number for one in invites)
    tried = Counter(one.number for one in attempts)
    report.add("leads with exactly one true final disposition", leads - len(wrong), "", f">= {leads}")
    report.add("most INVITEs in any second, at the network", densest(times), "", f"<= {RATE}")
    report.add("most calls at once, at the network", network.at_once(), "", f"<= {AT_ONCE}")
    report.add("called outside their hours", sum(number.startswith("+861392") for number in placed), "", "<= 0")
    report.add("attempts without their one call", sum(placed[number] != tried[number] for number in tried | placed),
               "", "<= 0")  # fmt: skip
    report.add("attempts left open", sum(one.state not in ("ended", "lost") for one in attempts), "", "<= 0")
    first = [at for at in times if at < times[0] + leads / RATE]
    report.add("calls a second over the first pass", len(first) / (first[-1] - first[0]), "/s")
    report.add("the last call over after", times[-1] - times[0], "s")
    _add_sounds(report, awake)
    report.notes.append(f"calls placed: {len(invites)}; wrong: {[tuple(one) for one in wrong[:9]]}")


def _add_sounds(report: Report, leads: list[Any]) -> None:
    """Add how many of those who are known by their sound were."""
    for who, kinds in (
        ("persons", [one for one in KINDS if one.becomes == ("completed",)]),
        ("machines", [one for one in KINDS if one.becomes == MACHINE]),
        ("announcements", [one for one in KINDS if one.sound and one.becomes[0] in ANNOUNCED]),
    ):
        mine = [lead for lead in leads if kind_of(lead.number) in kinds]
        known = sum(lead.disposition in kind_of(lead.number).becomes for lead in mine)
        report.add(f"{who} known ({len(mine)})", known, "", f">= {len(mine)}")
    left = sum(lead.disposition == "message-left" for lead in leads)
    report.add("messages left on machines", left)


def densest(times: list[float]) -> int:
    """Return the most calls in any one second; `times` are in order."""
    most, begin = 0, 0
    for end, at in enumerate(times):
        while times[begin] <= at - 1.0:
            begin += 1
        most = max(most, end - begin + 1)
    return most


if __name__ == "__main__":
    sys.exit(run(measure))
