"""The doctor says what would keep people from the console."""

import socket
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from sqlalchemy import update

from console import doctor
from console.assets import ADDRESS
from console.doctor import examine
from models.account import Account
from models.doctor import Finding
from models.settings import ConsoleSettings, DatabaseSettings, Settings
from tests.unit.console.people import put_accounts

HERE = "127.0.8.9"


@pytest.fixture
def ask(tmp_path, engine):
    def ask(environment=None, **console):
        url = f"sqlite:///{tmp_path / 'hotline.sqlite'}"
        console = {"listen": f"{HERE}:0", **console}
        settings = Settings(database=DatabaseSettings(url=url), console=ConsoleSettings(**console))
        return [(found.level, found.sentence) for found in examine(settings, environment or {})]

    return ask


def faults(found):
    return [sentence for level, sentence in found if level != "ok"]


def test_a_console_that_people_can_use_is_well(ask, engine):
    put_accounts(engine)
    found = ask()
    assert (faults(found), len(found)) == ([], 3)
    assert found[-1][1].startswith("5 of its accounts can sign in")


def test_an_address_that_is_taken_is_a_fault_unless_a_console_has_it(ask, monkeypatch):
    with socket.socket() as other:
        other.bind((HERE, 0))
        other.listen()
        monkeypatch.setattr(doctor, "ANSWERS_S", 0.05)
        where = f"{HERE}:{other.getsockname()[1]}"
        level, sentence = ask(listen=where)[0]
        assert (level, f"can't listen on {where}" in sentence) == ("fault", True)
        monkeypatch.setattr(doctor, "_is_ours", lambda _: True)
        assert ask(listen=where)[0][0] == "ok"


class Styles(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == f"{ADDRESS}/console.css" else 404)
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


def test_a_console_that_runs_is_known_whatever_proxy_the_environment_names(ask, monkeypatch):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", f"http://{HERE}:9")
    # Whoever asked before in this process would have had another environment.
    monkeypatch.setattr("urllib.request._opener", None)
    with HTTPServer((HERE, 0), Styles) as server:
        asked = Thread(target=server.handle_request)
        asked.start()
        try:
            assert ask(listen=f"{HERE}:{server.server_port}")[0][0] == "ok"
        finally:
            socket.create_connection((HERE, server.server_port)).close()
            asked.join()


def test_without_an_administrator_the_command_that_makes_one_is_said(ask, engine):
    assert any("hotline users add NAME --role administrator" in one for one in faults(ask()))
    put_accounts(engine)
    with engine.begin() as connection:
        connection.execute(update(Account).where(Account.name == "ann").values(enabled=False))
    assert len(faults(ask())) == 1


@pytest.mark.parametrize(
    ("console", "said"),
    [
        ({"listen": "0.0.0.0:0"}, "without TLS"), ({"token": "short"}, "too short"),
        ({"listen": "nowhere:x"}, "listen in"),
        ({"url": "https://calls.example.com"}, "no proxy is named"),
    ],
)  # fmt: skip
def test_what_is_set_against_oneself_is_said(ask, engine, monkeypatch, console, said):
    put_accounts(engine)
    monkeypatch.setattr(
        doctor, "_port", lambda host, port: Finding("ok", "console", "Nobody else is to be asked here.")
    )
    (sentence,) = faults(ask(**console))
    assert said in sentence


def test_a_token_of_the_environment_counts(ask, engine):
    put_accounts(engine)
    assert faults(ask({"HOTLINE_API_TOKEN": "x"})) != []
    assert faults(ask({"HOTLINE_API_TOKEN": "x" * 32})) == []


def test_a_console_without_its_files_is_a_fault(ask, engine, tmp_path, monkeypatch):
    put_accounts(engine)
    monkeypatch.setattr(doctor, "STATIC", tmp_path)
    (sentence,) = faults(ask())
    assert "console.css" in sentence
