"""Free answers against a local endpoint that replies from a script: whole, late, broken, made up."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from knowledge.entry import Entry
from knowledge.free_answer import FreeAnswer, FreeAnswers, messages
from models.errors import OperatorFault
from models.settings import KnowledgeSettings

RETURNS = Entry("returns", 1, "en", "Returns", ("Can I send it back?",), "Within thirty days.", "By post or in a shop.")
CHARGES = Entry("charges", 1, "en", "Charges", (), "Returns are free.")
CHINESE = Entry("退货", 1, "zh", "退货", (), "三十天内可以退。")
Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Endpoint:
    """What was asked, and where."""

    url = ""
    head = ""
    body: dict[str, object]
    asked = 0


@asynccontextmanager
async def endpoint(script: Script) -> AsyncIterator[Endpoint]:
    seen = Endpoint()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            int(line.split(":")[1]) for line in seen.head.splitlines() if line.lower().startswith("content-l")
        )
        seen.body = json.loads(await reader.readexactly(length))
        seen.asked += 1
        try:
            await script(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.33.7", 0)
    async with server:
        seen.url = f"http://127.0.33.7:{server.sockets[0].getsockname()[1]}/v1"
        yield seen


def chunk(text: str) -> bytes:
    return f"data: {json.dumps({'choices': [{'delta': {'content': text}}]})}\n\n".encode()


DONE = b"data: [DONE]\n\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


def replying(*parts: bytes, head: bytes = OK, hang: bool = False) -> Script:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in (head, *parts):
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
        if hang:
            await reader.read()

    return script


async def ask(
    script: Script, *articles: Entry, timeout_s: float = 2.0, language: str = "en"
) -> tuple[FreeAnswer, list[str], Endpoint]:
    said: list[str] = []

    async def speak(sentence: str) -> None:
        said.append(sentence)

    async with endpoint(script) as seen:
        settings = KnowledgeSettings(url=seen.url, model="small", key="env:KEY", timeout_s=timeout_s)
        async with FreeAnswers(settings, {"KEY": "secret"}) as free:
            answer = await free.answer("Can I send it back?", articles, language, speak)
    return answer, said, seen


async def test_an_answer_is_spoken_sentence_by_sentence_and_quotes_its_articles() -> None:
    nothing = b'data: {"choices": []}\n\n'
    parts = (b": ping\n\n", chunk("[retur"), chunk("ns][charges] You may. It"), nothing, chunk(" is free."), DONE)
    answer, said, seen = await ask(replying(*parts), RETURNS, CHARGES)
    assert answer == FreeAnswer(True, "You may. It is free.", ("returns", "charges"))
    assert said == ["You may.", "It is free."]
    assert "authorization: bearer secret" in seen.head.lower()
    assert seen.head.startswith("POST /v1/chat/completions ")
    assert (seen.body["model"], seen.body["stream"]) == ("small", True)


async def test_a_chinese_answer_is_spoken_too() -> None:
    answer, said, _ = await ask(replying(chunk("[退货]可以退。三十天"), chunk("以内。"), DONE), CHINESE, language="zh")
    assert said == ["可以退。", "三十天以内。"]
    assert answer.articles == ("退货",)


async def test_without_articles_nothing_is_asked() -> None:
    answer, said, seen = await ask(replying(DONE))
    assert (answer.ok, said, seen.asked) == (False, [], 0)


async def test_a_refusal_says_nothing() -> None:
    answer, said, _ = await ask(replying(chunk("[none]"), DONE), RETURNS)
    assert (answer.ok, said) == (False, [])


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (replying(head=b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"), "answered 500"),
        (replying(head=b"HTTP/1.1 302 Found\r\nLocation: http://x/\r\nContent-Length: 0\r\n\r\n"), "answered 302"),
        (replying(b"data: {garbage\n\n"), "no chat completion"),
        (replying(b'data: {"choices": [{"delta": {"content": 5}}]}\n\n'), "no chat completion"),
        (replying(b"<html>hello</html>\n"), "doesn't stream"),
        (replying(b"\xff\xfe\x00\n"), "doesn't stream"),
        (replying(head=b"nonsense\r\n\r\n"), "can't be used"),
        (replying(chunk("You may, without a source."), DONE), "quotes no article"),
        (replying(chunk("[invented] You may."), DONE), "quotes no article"),
        (replying(chunk("[returns]"), DONE), "quotes no article"),
        (replying(DONE), "quotes no article"),
        (replying(chunk("[returns] You m")), "broke off"),
    ],
)
async def test_what_goes_wrong_is_answered_by_the_short_answer(
    script: Script, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        answer, said, _ = await ask(script, RETURNS, CHARGES)
    assert (answer.ok, answer.articles, said) == (True, ("returns",), ["Within thirty days."])
    assert why in answer.why
    assert "secret" not in caplog.text


async def test_an_endpoint_that_hangs_is_waited_for_no_longer_than_the_limit() -> None:
    began = asyncio.get_running_loop().time()
    answer, said, _ = await ask(replying(chunk("[returns] You may"), hang=True), RETURNS, timeout_s=0.3)
    assert said == ["Within thirty days."]
    assert "no sentence within 0.3 s" in answer.why
    assert asyncio.get_running_loop().time() - began < 5


async def test_what_was_said_before_a_hang_stands() -> None:
    answer, said, _ = await ask(replying(chunk("[returns] You may. But"), hang=True), RETURNS, timeout_s=0.3)
    assert said == ["You may."]
    assert (answer.ok, answer.text, answer.articles) == (True, "You may.", ("returns",))


async def test_an_endpoint_that_is_not_there_is_answered_for() -> None:
    said: list[str] = []

    async def speak(sentence: str) -> None:
        said.append(sentence)

    settings = KnowledgeSettings(url="http://127.0.33.8:9/v1", model="small")
    async with FreeAnswers(settings) as free:
        answer = await free.answer("Can I?", [RETURNS], "en", speak)
    assert said == ["Within thirty days."]
    assert "can't be used" in answer.why


def test_free_answers_are_off_by_default() -> None:
    assert FreeAnswers.of(KnowledgeSettings()) is None


def test_settings_that_can_not_work_are_said() -> None:
    with pytest.raises(OperatorFault, match="key names NONE, which the environment doesn't have"):
        FreeAnswers(KnowledgeSettings(url="http://x/v1", model="m", key="env:NONE"), {})
    with pytest.raises(OperatorFault, match="model is not"):
        FreeAnswers(KnowledgeSettings(url="http://x/v1"))


@pytest.mark.parametrize(("language", "article"), [("en", RETURNS), ("zh", CHINESE)])
def test_the_model_is_given_the_articles_and_how_to_refuse(language: str, article: Entry) -> None:
    system, user = messages("Q?", [article], language)
    assert f"[{article.article_id}] {article.title}" in system["content"]
    assert "[none]" in system["content"]
    assert user == {"role": "user", "content": "Q?"}
