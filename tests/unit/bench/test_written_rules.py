import random
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bench.written_rules import DATA, WrittenRule, others, reviewed_halves, taken, taught, told, written_rules
from quality.evidence import by_words_alone

WHOLE = """## ours
# 面馆：辣
= 这个很辣 | 辣的
! 这个很甜
+ 会辣嘴
- 要辣吗？
# 车站：票
= 要买票
! 票丢了
+ 先买票
- 票价十块
* 好的
"""


def written(place: Path, text: str) -> Path:
    path = place / "some.txt"
    path.write_text(text, "utf-8")
    return path


def shipped() -> tuple[list[WrittenRule], tuple[str, ...]]:
    return written_rules(DATA / "zh.txt")


def test_rules_have_their_sentences_by_kind_and_sentences_end(tmp_path: Path) -> None:
    (noodles, station), usual = written_rules(written(tmp_path, WHOLE))
    assert noodles == WrittenRule("面馆：辣", ("这个很辣。", "辣的。"), ("这个很甜。",), ("会辣嘴。",), ("要辣吗？",))
    assert (station.name, usual) == ("车站：票", ("好的。",))


@pytest.mark.parametrize(
    ("text", "told_of"),
    [
        ("= 辣的\n", r"some\.txt:1 is neither"),
        ("# 面馆：辣\n= 辣的\n= 很辣\n", r"some\.txt:3 is neither"),
        ("# 面馆：辣\n辣的\n", r"some\.txt:2 is neither"),
        ("# 面馆：辣\n= \n", r"some\.txt:2 is neither"),
        ("# 面馆：辣\n= 辣的\n! 甜的\n+ 会辣\n", r"the rule '面馆：辣' has no near"),
    ],
)
def test_what_is_no_rule_is_named(tmp_path: Path, text: str, told_of: str) -> None:
    with pytest.raises(ValueError, match=told_of):
        written_rules(written(tmp_path, text))


def test_what_is_said_like_an_example_is_taken_for_it_and_nothing_else(tmp_path: Path) -> None:
    rules, usual = written_rules(written(tmp_path, WHOLE))
    assert taken(rules[0], ["这个很辣。", "十二点开门。"], by_words_alone) == ["这个很辣。"]
    kinds = {kind: of for kind, _, of in told(rules, usual, by_words_alone)}
    assert kinds == {"required": 2, "near": 2, "others": 6}


def test_what_was_told_wrongly_is_taught_first_and_what_is_judged_never(tmp_path: Path) -> None:
    (noodles, _), _ = written_rules(written(tmp_path, WHOLE))
    whole = replace(
        noodles, keeps=("辣的。", "会辣嘴。", "真辣。", "很辣。"), near=("要辣吗？", "不辣。", "微辣。", "这个很辣。")
    )
    (judged, reviewed), _ = reviewed_halves([whole], by_words_alone)
    assert (judged.keeps, judged.near) == (("辣的。", "真辣。"), ("要辣吗？", "微辣。"))
    assert (reviewed.keeps, reviewed.near) == (("会辣嘴。", "很辣。"), ("这个很辣。", "不辣。"))
    more = taught(judged, reviewed, 1, 1)
    assert (more.examples, more.unlike) == ((*whole.examples, "会辣嘴。"), (*whole.unlike, "这个很辣。"))
    assert not {*more.keeps, *more.near} & {*reviewed.keeps, *reviewed.near}


def test_others_are_of_other_trades_and_of_every_day(tmp_path: Path) -> None:
    rules, usual = written_rules(written(tmp_path, WHOLE))
    assert sorted(others(rules[0], rules, usual, random.Random(1))) == sorted(["好的。", "先买票。", "票价十块。"])


def test_no_sentence_of_the_rules_stands_in_the_bench_of_findings() -> None:
    rules, _ = shipped()
    said = {text for rule in rules for text in (*rule.examples, *rule.unlike, *rule.keeps, *rule.near)}
    findings = [path.read_text("utf-8") for path in (DATA.parent / "findings").glob("*.yaml")]
    known = {part.strip() for text in findings for part in re.split(r"[\n\[\],\"]|(?<=\s)- ", text)}
    assert {"您可以在十四天之内退货。", "这个要您发邮件来确认。"} <= known
    # What everybody says at first, "您好，很高兴为您服务。", is everybody's.
    greetings = {text for rule in rules if rule.name.endswith("问候") for text in rule.examples}
    assert not {text for text in said - greetings if text in known}


def test_each_rule_is_told_by_enough_sentences_and_none_is_both_kept_and_near() -> None:
    rules, usual = shipped()
    assert len(rules) >= 80
    assert len(usual) >= 90
    for rule in rules:
        assert len(rule.examples) >= 5, rule.name
        assert len(rule.unlike) >= 4, rule.name
        assert len(rule.keeps) >= 8, rule.name
        assert len(rule.near) >= 14, rule.name
        assert not {*rule.examples, *rule.keeps} & {*rule.unlike, *rule.near}, rule.name
