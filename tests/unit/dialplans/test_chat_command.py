"""A chat with what is set up: an article in the database, a language model at a local endpoint."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from typer.testing import CliRunner

from dialplans import chat_command
from dialplans.cli import app
from knowledge import cli as knowledge_cli

FLOW = """
languages: [{language}]
steps:
- step: told
  answer: {{question: {question}, free: true}}
- step: bye
  hangup: {bye}
"""
SAID = {
    "en": ("may I send it back", "Sending it back", "Within thirty days.", "You may, for thirty days. Keep the bill."),
    "zh": ("可以退货吗", "退货", "三十天内可以退。", "可以退，三十天以内。请留好发票。"),
}


class Model(BaseHTTPRequestHandler):
    """Replies with the `reply` of its server to whatever is asked."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        content = {"choices": [{"delta": {"content": self.server.reply}}]}  # type: ignore[attr-defined]
        self.wfile.write(f"data: {json.dumps(content)}\n\ndata: [DONE]\n\n".encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


@pytest.fixture
def model() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.31.7", 0), Model)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def chatted(folder: Path, language: str, knowledge: str) -> str:
    question, title, short, _ = SAID[language]
    config = folder / "hotline.toml"
    config.write_text(f'[data]\ndirectory = "{folder / "data"}"\n[knowledge]\n{knowledge}\n')
    (folder / "shop.yaml").write_text(FLOW.format(language=language, question=question, bye=SAID[language][1]))
    added = CliRunner().invoke(
        knowledge_cli.app,
        ["add", "--id", "returns", "--language", language, "--title", title, "--short", short, "--question", question,
         "--config", str(config)],
    )  # fmt: skip
    assert added.exit_code == 0, added.output
    result = CliRunner().invoke(app, ["chat", str(folder / "shop.yaml"), "--config", str(config)], input="")
    assert result.exit_code == 0, result.output + repr(result.exception)
    return result.stdout


@pytest.fixture(autouse=True)
def by_words_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentences are compared by their words, which needs no weights."""
    monkeypatch.setattr(knowledge_cli, "embeddings", lambda _languages: {})
    monkeypatch.setattr(chat_command, "WhenAsked", dict)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_configured_model_answers_from_the_article(
    language: str, model: ThreadingHTTPServer, tmp_path: Path
) -> None:
    answer = SAID[language][3]
    model.reply = f"[returns] {answer}"  # type: ignore[attr-defined]
    said = chatted(tmp_path, language, f'url = "http://127.0.31.7:{model.server_port}/v1"\nmodel = "small"')
    assert f"robot: {answer if language == 'en' else '可以退，三十天以内。 请留好发票。'}" in said
    assert "[quotes returns]" in said


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_the_model_may_not_say_is_answered_by_the_article(
    language: str, model: ThreadingHTTPServer, tmp_path: Path
) -> None:
    model.reply = SAID[language][3]  # type: ignore[attr-defined]
    said = chatted(tmp_path, language, f'url = "http://127.0.31.7:{model.server_port}/v1"\nmodel = "small"')
    assert f"robot: {SAID[language][2]}" in said
    assert "[with a fault: The reply quotes no article.]" in said


def test_without_a_model_the_article_answers_and_the_chat_says_why(tmp_path: Path) -> None:
    said = chatted(tmp_path, "en", "")
    assert "[no free answer: no language model is configured, [knowledge] url]" in said
    assert "robot: Within thirty days." in said


HOURS = """
languages: [en, zh]
calendars: {shop: {hours: {mon-fri: 09:00-18:00}}}
steps:
- step: now
  branch: [{open: shop, goto: day}]
- step: night
  hangup: {en: We are closed., zh: 我们下班了。}
- step: day
  hangup: {en: We are open., zh: 我们在营业。}
"""


@pytest.mark.parametrize(
    ("language", "at", "told"),
    [
        ("en", "2026-11-23T10:00", "We are open."),
        ("en", "2026-11-23T20:00", "We are closed."),
        ("zh", "2026-11-23 10:00", "我们在营业。"),
        ("zh", "2026-11-23T10:00-08:00", "我们下班了。"),
        ("en", "tonight", "'tonight' is no time; write one like 2026-12-24T19:30."),
    ],
)
def test_a_flow_is_tried_out_as_if_it_were_another_time(language: str, at: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(HOURS)
    config = tmp_path / "hotline.toml"
    config.write_text(f'[data]\ndirectory = "{tmp_path / "data"}"\n[dialplan]\ntimezone = "Asia/Shanghai"\n')
    arguments = ["chat", str(tmp_path / "shop.yaml"), "--config", str(config), "--language", language, "--at", at]
    assert told in CliRunner().invoke(app, arguments, input="").output
