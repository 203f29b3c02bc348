"""`hotline kb` from adding to searching, by the command line."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from knowledge import cli, learning, learning_cli
from knowledge.articles import Embedding
from knowledge.desk import opened
from knowledge.entry import Vectors
from knowledge.library import Library
from models.settings_file import read_settings


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration of its own; sentences are compared by their words alone, which needs no weights."""
    for module in (cli, learning_cli):
        monkeypatch.setattr(module, "embeddings", lambda _languages: {})
    path = tmp_path / "hotline.toml"
    path.write_text(f'[data]\ndirectory = "{tmp_path / "data"}"\n')
    return path


def run(config: Path, *words: str, code: int = 0) -> str:
    result = CliRunner().invoke(cli.app, [*words, "--config", str(config)])
    assert result.exit_code == code, result.output + repr(result.exception)
    return result.output


def told(config: Path, *words: str) -> Any:
    result = CliRunner().invoke(cli.app, [*words, "--json", "--config", str(config)])
    assert result.exit_code == 0, result.output + repr(result.exception)
    return json.loads(result.stdout)


def test_an_article_is_added_found_changed_and_withdrawn(config: Path) -> None:
    run(config, "add", "--title", "Opening hours", "--short", "Nine to six.", "--question", "When are you open?",
        "--tag", "shop", "--by", "wang")  # fmt: skip
    assert told(config, "search", "when are you open")["found"]["id"] == "opening-hours"
    assert told(config, "search", "who wrote Hamlet")["found"] is None
    assert "Nine to six." in run(config, "search", "when are you open")
    assert "version 2" in run(config, "change", "opening-hours", "--short", "Ten to five.")
    shown = told(config, "show", "opening-hours")
    assert (shown["short"], shown["questions"]) == ("Ten to five.", ["When are you open?"])
    assert told(config, "show", "opening-hours", "--version", "1")["short"] == "Nine to six."
    run(config, "withdraw", "opening-hours", "--why", "moved")
    assert told(config, "list") == []
    assert [one["id"] for one in told(config, "list", "--withdrawn")] == ["opening-hours"]
    assert [(one["what"], one["words"]) for one in told(config, "history", "opening-hours")] == [
        ("added", ""),
        ("changed", "short"),
        ("withdrawn", "moved"),
    ]


def test_a_file_is_imported_and_exported(config: Path, tmp_path: Path) -> None:
    source = tmp_path / "faq.csv"
    source.write_text("title,short\n营业时间,九点开门。\n退货,三十天内。\n", "gb18030")
    assert told(config, "import", str(source)) == {
        "added": 2,
        "changed": 0,
        "unchanged": 0,
        "few_questions": 2,
    }
    again = run(config, "import", str(source))
    assert "0 added, 0 changed, 2 as they were" in again
    assert again.count("fewer than 10 questions: 2 of 2") == 1
    out = tmp_path / "out.md"
    run(config, "export", "-o", str(out))
    assert "## 营业时间" in out.read_text("utf-8")
    assert run(config, "export", "--format", "jsonl").count("\n") == 2
    assert "营业时间" in run(config, "list", "--language", "zh")


def test_what_callers_missed_is_shown_and_approved(config: Path) -> None:
    with opened(read_settings(config)) as engine, engine.begin() as connection:
        for question in ("店门口能停车吗", "你们店门口可以停车吗", "有礼品卡吗"):
            learning.unanswered(connection, question, "zh", "call-1", 2.0, "unknown", at=datetime.now(UTC))
    first, second = told(config, "unanswered")
    assert (first["count"], second["count"]) == (2, 1)
    assert "2x  店门口能停车吗" in run(config, "unanswered")
    assert "no answer yet" in run(config, "approve", first["id"], code=1)
    run(config, "edit", first["id"], "--answer", "店后面可以停车。")
    run(config, "approve", first["id"], "--title", "停车")
    assert told(config, "search", "门口能停车吗")["found"]["short"] == "店后面可以停车。"
    run(config, "discard", second["id"], "--why", "not ours")
    assert told(config, "unanswered") == []
    assert "no suggestion" in run(config, "unanswered", "--language", "en")


def test_a_suggestion_names_the_article_that_may_only_lack_its_words_and_goes_into_it(config: Path) -> None:
    for title, answer, question in (
        ("停车", "店后面可以停车。", "有停车场吗"),
        ("退货", "三十天内可以退。", "怎么退货"),
    ):
        run(config, "add", "--title", title, "--short", answer, "--question", question)
    with opened(read_settings(config)) as engine, engine.begin() as connection:
        learning.unanswered(connection, "你们停车场收费吗", "zh", "call-1", 2.0, "unknown", at=datetime.now(UTC))
    (suggestion,) = told(config, "unanswered")
    assert [one["id"] for one in suggestion["near"]] == ["停车", "退货"]
    assert "near: " in run(config, "unanswered")
    assert "停车: live, 2 questions" in run(config, "approve", suggestion["id"], "--into", "停车", "--by", "li")
    assert told(config, "show", "停车")["questions"] == ["有停车场吗", "你们停车场收费吗"]
    trail = [(one["who"], one["what"]) for one in told(config, "history", "停车") if one["suggestion_id"]]
    assert trail == [("li", "approved"), ("li", "changed")]


def test_an_empty_listing_loads_no_encoder(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[Sequence[str]] = []
    monkeypatch.setattr(learning_cli, "embeddings", loaded.append)
    run(config, "add", "--title", "Parking", "--short", "Behind the shop.")
    assert told(config, "unanswered") == []
    assert loaded == []


@pytest.mark.parametrize(
    ("language", "by_words", "by_meaning", "question"),
    [
        ("en", ("Garage", "The garage opens at nine."), ("Parking", "Leave it behind the shop."), "is there a garage"),
        ("zh", ("车库", "车库九点开门。"), ("停放", "店后面有位子。"), "有没有车库"),
    ],
)
def test_a_listing_encodes_no_article_and_goes_by_meaning_where_all_are_encoded(
    config: Path, monkeypatch: pytest.MonkeyPatch, language: str, by_words: tuple[str, str],
    by_meaning: tuple[str, str], question: str,
) -> None:  # fmt: skip
    encoded: list[str] = []

    def of(texts: Sequence[str]) -> Vectors:
        encoded.extend(texts)
        return np.array([[1, 0] if text in (question, by_meaning[0]) else [0, 1] for text in texts], np.float32)

    for title, short in (by_words, by_meaning):
        run(config, "add", "--title", title, "--short", short, "--language", language)
    with opened(read_settings(config)) as engine, engine.begin() as connection:
        learning.unanswered(connection, question, language, "call-1", 2.0, "unknown", at=datetime.now(UTC))
    monkeypatch.setattr(learning_cli, "embeddings", lambda _languages: {language: Embedding("today", of)})
    output = run(config, "unanswered")
    assert f"Not every article in '{language}' is encoded yet" in output
    assert near_titles(config) == [by_words[0], by_meaning[0]]
    assert set(encoded) == {question}
    with opened(read_settings(config)) as engine:
        Library(engine, {language: Embedding("today", of)}).refresh()
    encoded.clear()
    assert near_titles(config) == [by_meaning[0], by_words[0]]
    assert "encoded yet" not in run(config, "unanswered")
    assert set(encoded) == {question}


def near_titles(config: Path) -> list[str]:
    (suggestion,) = told(config, "unanswered")
    return [one["title"] for one in suggestion["near"]]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("show", "x"), "There is no article 'x'"),
        (("withdraw", "x"), "There is no article 'x'"),
        (("history", "x"), "There is no article 'x'"),
        (("approve", "x"), "There is no suggestion 'x'"),
        (("import", "/nowhere/x.csv"), "There is no file"),
    ],
)
def test_what_can_not_be_done_is_one_sentence(config: Path, words: tuple[str, ...], sentence: str) -> None:
    output = run(config, *words, code=1)
    assert sentence in output
    assert "Traceback" not in output


def test_an_article_is_not_added_over_another(config: Path) -> None:
    words = ("add", "--title", "Hours", "--short", "Nine.")
    run(config, *words)
    assert "already" in run(config, *words, code=1)


def test_a_listing_shows_ids_whole_and_how_many_questions_there_are(config: Path) -> None:
    name = "order-confirmation-not-received"
    run(config, "add", "--title", "Order confirmation not received", "--short", "Look in your spam folder.",
        "--question", "Did my order go through?", "--question", "I got no e-mail", "--owner", "customers")  # fmt: skip
    (row,) = (line.split() for line in run(config, "list").splitlines() if line.startswith(name))
    assert row[:3] == [name, "en", "1"]
    assert "2" in row[3:]


def test_wrong_usage_is_code_2(config: Path) -> None:
    run(config, "search", "hours", "--at", "someday", code=2)
    run(config, "edit", "x", code=2)
