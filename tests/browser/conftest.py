"""A console in a process of its own with a hotline's calls, and one browser for all tests: Debian's Chromium."""

import os
import queue
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from console.serving import READY
from models.database import migrate, open_engine
from tests.browser.made_calls import Hotline, Made
from tests.unit.console.people import PASSWORD

HOST = "127.0.38.8"
CHROMIUM = "/usr/bin/chromium"
LOCALES = {"en": "en-US", "zh": "zh-CN"}
PATIENCE_MS = 40_000
expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Console:
    url: str
    calls: dict[str, Made]
    log: list[str]
    """What it has written since its start, line by line."""
    directory: Path

    def faults(self) -> list[str]:
        """Return what a well-kept console doesn't write, whatever browsers do."""
        return [line for line in self.log if re.search(r"Traceback|error|warning|No response returned", line, re.I)]

    def take(self, told: str) -> None:
        """Wait for a line that tells this, and forget it: what a browser sees may come before its line is read here."""
        until = time.monotonic() + PATIENCE_MS / 1000
        while not (found := [line for line in self.log if told in line]):
            assert time.monotonic() < until, f"not in the log: {told}\n" + "\n".join(self.log[-60:])
            time.sleep(0.02)
        self.log.remove(found[0])


@pytest.fixture(scope="package")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """`hotline console` with calls, as an installation has it."""
    directory = tmp_path_factory.mktemp("console")
    engine = open_engine(f"sqlite:///{directory / 'hotline.sqlite'}")
    migrate(engine)
    calls = Hotline(engine, directory, datetime.now(UTC)).fill()
    engine.dispose()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        address = f"{HOST}:{probe.getsockname()[1]}"
    settings = {"HOTLINE_DATA__DIRECTORY": str(directory), "HOTLINE_CONSOLE__LISTEN": address}
    process = subprocess.Popen(
        [sys.executable, "-m", "console", "console"], env={**inherited, **settings}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    log: list[str] = []
    ready: queue.Queue[bool] = queue.Queue()
    reader = threading.Thread(target=_read, args=(process, log, ready))
    reader.start()
    try:
        assert ready.get(timeout=180), "\n".join(log)
        yield Console(f"http://{address}", calls, log, directory)
    finally:
        process.terminate()
        process.wait(60)
        reader.join(60)


def _read(process: "subprocess.Popen[str]", log: list[str], ready: "queue.Queue[bool]") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        log.append(line.rstrip())
        if line.startswith(READY):
            ready.put(True)
    ready.put(False)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser; ended with the package, since Playwright leaves an event loop running in this thread meanwhile."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"], timeout=180_000)
        yield browser
        browser.close()


Open = Callable[..., Page]


@pytest.fixture
def browse(console: Console, chromium: Browser) -> Iterator[Open]:
    """Open a page as a person who is signed in already, each in a browser of its own; scripts' faults fail the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_(name: str = "", path: str = "", language: str = "en", width: int = 1280, zone: str = "UTC") -> Page:
        context = chromium.new_context(
            base_url=console.url, locale=LOCALES[language], viewport={"width": width, "height": 800}, timezone_id=zone
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        if name:
            let_in(context, name)
        page = context.new_page()
        page.on("pageerror", lambda fault: faults.append(f"{page.url}: {fault}"))
        if path:
            page.goto(path)
            expect(page.locator("#main")).to_be_visible()
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not faults


def let_in(context: BrowserContext, name: str) -> None:
    """Sign a browser in without showing the form; a test of its own does."""
    form = context.request.get("/sign-in").text()
    secret = re.findall(r'name="secret" value="([^"]+)"', form)[0]
    fields = {"name": name, "password": PASSWORD, "secret": secret}
    assert context.request.post("/sign-in", form=fields, max_redirects=0).status == 303


def sign_in(page: Page, name: str, password: str = PASSWORD, path: str = "/sign-in?next=/me") -> None:
    """Fill in the form and send it."""
    page.goto(path)
    page.locator("input[name=name]").fill(name)
    page.locator("input[name=password]").fill(password)
    page.locator("form button").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
