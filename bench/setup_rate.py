"""Set-up: 100 calls a second for 30 s by sipp, each answered and hung up after 0.5 s, each record complete."""

import sys

from bench.hotline_under_test import hotline, until
from bench.report import Report, run, short
from bench.sipp import crowd

RATE = 100


async def measure() -> Report:
    """Return the figure."""
    seconds = 5 if short() else 30
    report = Report("set-up", f"{RATE} calls a second for {seconds} s, answered, 0.5 s long, recording on")
    settings = {
        "LIMITS__MAX_CALLS": "1000",
        "SIP__TRUNKS": '[{"name": "sipp", "host": "127.0.0.63", "health_check": 0}]',
    }
    async with hotline("short", settings) as (server, records):
        calls = RATE * seconds
        done = await crowd(server.sip, "127.0.0.63", calls=calls, rate=RATE, hold_ms=500)

        def all_closed() -> bool:
            return records.complete() >= calls

        await until(all_closed, 30)
        complete, causes = records.complete(), records.causes()
    report.add("calls answered and ended", done.succeeded)
    report.add("calls failed", done.failed, "", "<= 0")
    report.add("SIP retransmissions by the caller", done.retransmissions)
    report.add("call records not complete", calls - complete, "", "<= 0")
    report.notes.append(f"causes on record: {causes}")
    return report


if __name__ == "__main__":
    sys.exit(run(measure))
