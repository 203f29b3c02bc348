"""Soak: 5,000 short calls; memory of each process after the first 1,000, descriptors and ports in the end."""

import asyncio
import sys

from bench import growth
from bench.hotline_under_test import hotline, until
from bench.processes import Usage, udp_ports, usage
from bench.report import Report, run, short
from bench.sipp import crowd

RATE = 40
STEP = 500


async def measure() -> Report:
    """Return the figure."""
    calls = 1500 if short() else 5000
    report = Report("soak", f"{calls} calls of 0.3 s, {RATE} a second, in portions of {STEP}; resident memory")
    settings = {
        "LIMITS__MAX_CALLS": "1000",
        "SIP__TRUNKS": '[{"name": "sipp", "host": "127.0.0.63", "health_check": 0}]',
    }
    history: list[list[Usage]] = []
    ports: list[int] = []
    failed = 0
    async with hotline("short", settings) as (server, records):
        history.append(usage(server.pid))
        ports.append(udp_ports(server.pid))
        for portion in range(calls // STEP):
            done = await crowd(server.sip, "127.0.0.63", calls=STEP, rate=RATE, hold_ms=300)
            failed += done.failed

            def all_closed(wanted: int = (portion + 1) * STEP) -> bool:
                return records.complete() >= wanted

            await until(all_closed, 20)
            await asyncio.sleep(2)
            history.append(usage(server.pid))
            ports.append(udp_ports(server.pid))
        complete = records.complete()
    report.add("calls failed", failed, "", "<= 0")
    report.add("call records not complete", calls - complete, "", "<= 0")
    growth.add(report, history, ports, STEP)
    return report


if __name__ == "__main__":
    sys.exit(run(measure))
