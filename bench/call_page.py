"""First paint of a call's page: ten minutes of recording, words with times and findings, in headless Chromium.

`hotline console` in a process of its own on a database with such calls (`long_call.py`); Chromium on the same machine,
so both share its cores. An opening counts from the navigation to: the first contentful paint, which has the call's head
and first words; the waveform's bars painted (the frame after the one in which they were there); the waveform drawn with
turns, silences and findings; all words there, to be clicked and played. "new browser" has
nothing in its caches but has signed in; "again" is another call in the same browser, as reviewers have it all day.
Beside it what doesn't depend on what else the machine does: the processor time that the page's own thread had taken.
"""

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from argon2 import PasswordHasher
from playwright.sync_api import Browser, BrowserContext, StorageState, sync_playwright
from sqlalchemy import insert

from bench import long_call
from bench.report import Report, short
from models.account import Account
from models.database import migrate, open_engine
from quality.peaks import peaks

LISTEN = "127.0.36.2:9465"
CHROMIUM = "/usr/bin/chromium"
OPENINGS = 4 if short() else 16
LANGUAGES = ("en", "zh")
PASSWORD = "a long password for the bench"
BOUND = "<= 1000"
SHOWN = """() => new Promise((done) => {
  const look = () => {
    const at = (name) => performance.getEntriesByName(name)[0]?.startTime;
    const found = [at("first-contentful-paint"), at("bars-painted"), at("call-drawn"), at("call-ready"),
                   performance.getEntriesByType("navigation")[0].responseEnd];
    if (found.every((time) => time !== undefined)) done(found); else setTimeout(look, 20);
  };
  look();
})"""
BARS = """(() => {
  const look = () => {
    const drawn = performance.getEntriesByName("call-drawn").length;
    if (!drawn && !document.querySelector("#first-look .wave path")) requestAnimationFrame(look);
    else requestAnimationFrame(() => performance.mark("bars-painted"));
  };
  requestAnimationFrame(look);
})()"""
NAMES = (
    "first contentful paint: the text", "waveform painted", "waveform drawn with turns and findings",
    "all words, ready to play", "page received", "processor time of the page",
)  # fmt: skip


def main() -> int:
    """Make the calls, open them, and say how long it took."""
    report = Report("First paint of a call's page", " ".join((__doc__ or "").split("\n\n")[1].split()))
    with tempfile.TemporaryDirectory() as directory:
        calls = made(Path(directory))
        one = Path(directory) / "recordings" / f"{calls[0]}.wav"
        began = time.perf_counter()
        kilobytes = len(peaks(one)) / 1000
        report.add("peaks of a recording", (time.perf_counter() - began) * 1000, "ms", "<= 100")
        report.add("peaks on the wire", kilobytes, "kB")
        with console(Path(directory)), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            cookies = _signed_in(browser)
            _again(browser, cookies, calls[:1], 2)  # what the process loads once is no page's
            fresh = [_again(browser, cookies, [calls[at % len(calls)]], 1, used=False)[0] for at in range(OPENINGS)]
            told(report, "new browser", fresh)
            told(report, "again", _again(browser, cookies, calls, OPENINGS))
            browser.close()
    return report.show()


def made(directory: Path) -> list[str]:
    """Write a database with calls of ten minutes in both languages; return their ids."""
    engine = open_engine(f"sqlite:///{directory / 'hotline.sqlite'}")
    migrate(engine)
    (directory / "hotline.toml").write_text(f'[data]\ndirectory = "{directory}"\n[console]\nlisten = "{LISTEN}"\n')
    with engine.begin() as connection:
        long_call.put_agent(connection)
        long_call.put_scorecard(connection)
        values = {"team": "", "extension": "", "language": "en", "theme": "", "password_at": None}
        hashed = PasswordHasher().hash(PASSWORD)
        connection.execute(
            insert(Account).values(
                name="bench", shown="Bench", password_hash=hashed, roles=["qa"], enabled=True,
                created_at=datetime.now(UTC), **values,
            )
        )  # fmt: skip
        found = [long_call.put(connection, directory, language, seed=at) for at in range(2) for language in LANGUAGES]
    engine.dispose()
    return found


@contextmanager
def console(directory: Path) -> Iterator[None]:
    """Run `hotline console` until the end of the block."""
    command = [sys.executable, "-m", "console", "console", "--config", str(directory / "hotline.toml")]
    with (directory / "console.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "HOTLINE_API_TOKEN": "x" * 32})
        try:
            _wait(process, directory / "console.log")
            yield
        finally:
            process.terminate()
            process.wait(20)


def _wait(process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(240):
        if process.poll() is not None:
            raise SystemExit(f"The console didn't start: {log.read_text()[-400:]}")
        try:
            urllib.request.urlopen(f"http://{LISTEN}/sign-in", timeout=2).close()
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.25)
        else:
            return
    raise SystemExit("The console didn't start within a minute.")


def _signed_in(browser: Browser) -> StorageState:
    """Sign in; return what a browser needs to be it."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"http://{LISTEN}/sign-in")
    page.fill("input[name=name]", "bench")
    page.fill("input[name=password]", PASSWORD)
    page.click("form button")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    state = context.storage_state()
    context.close()
    return state


def _again(
    browser: Browser, cookies: StorageState, calls: Sequence[str], times: int, *, used: bool = True
) -> list[Sequence[float]]:
    """Open calls in a browser, which was `used` for one before, or has nothing but the cookies."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, storage_state=cookies)
    if used:
        _opened(context, calls[0])
    found = [_opened(context, calls[at % len(calls)]) for at in range(times)]
    context.close()
    return found


def _opened(context: BrowserContext, call: str) -> Sequence[float]:
    page = context.new_page()
    page.add_init_script(BARS)
    browser = context.new_cdp_session(page)
    browser.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(f"http://{LISTEN}/calls/{call}", wait_until="commit")
    found: list[float] = page.evaluate(SHOWN)
    metrics = {one["name"]: one["value"] for one in browser.send("Performance.getMetrics")["metrics"]}
    page.close()
    return [*found, metrics["TaskDuration"] * 1000]


def told(report: Report, where: str, found: Sequence[Sequence[float]]) -> None:
    """Put openings into the report; what is asked for is the paint with words and waveform in it."""
    bounds: Mapping[str, str] = dict.fromkeys(NAMES[:2], BOUND)
    for at, name in enumerate(NAMES):
        report.spread(f"{where}: {name}", [one[at] for one in found], "ms", p95=bounds.get(name, ""))


if __name__ == "__main__":
    sys.exit(main())
