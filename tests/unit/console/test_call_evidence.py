"""Where and why a rule was found broken, as its page says it."""

import re
from typing import Any

import pytest

from console.pages.call_evidence import _answer, is_place
from console.phrases import Phrases
from quality.stated import stated

PHRASES = Phrases.load()
STATED = {
    "en": "That is 12 pounds or 10 percent, 3 days or 2 months, on Monday at 5 pm, on 3 May or in June, for 4 boxes.",
    "zh": "要12块钱或者百分之十，3天或2个月，星期一下午5点，5月3日或六月，4个盒子。",
}  # fmt: skip
CONTRADICTED = {"denial", "no denial", "no instead of yes", "yes instead of no", "month of the year"}


class Saying:
    phrases = PHRASES

    def __init__(self, language: str) -> None:
        self.language = language

    def say(self, key: str, **fields: object) -> str:
        return PHRASES.say(self.language, key, **fields)


def _said(language: str, verdict: str) -> str:
    visit: Any = Saying(language)
    return _answer(visit, "hours@3", verdict)


def test_an_answer_that_is_wrong_is_told_with_its_article_and_in_what() -> None:
    assert _said("en", "wrong: clock, money") == "wrong by the article hours@3: another time of day, another amount"
    assert _said("zh", "wrong: clock, money") == "与条目 hours@3 不符：时间不同、金额不同"
    assert _said("zh", "wrong: count of 个盒") == "与条目 hours@3 不符：数量不同（个盒）"
    assert _said("zh", "missing") == "未按条目 hours@3 回答"


@pytest.mark.parametrize("judgement", ["right", "doubtful", "missing"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_judgement_is_said(judgement: str, language: str) -> None:
    assert "hours@3" in _said(language, judgement)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_kind_of_value_has_words_for_who_reads_chinese(language: str) -> None:
    kinds = {one.kind for one in stated(STATED[language], language)}
    assert {"money", "percent", "span", "months", "clock", "weekday", "date"} <= kinds
    for kind in kinds | CONTRADICTED:
        assert re.search("[一-鿿]", _said("zh", f"wrong: {kind}").partition("：")[2]), kind


def test_a_figure_of_the_whole_call_is_no_place_in_it() -> None:
    nowhere = {"turn": 0, "speaker": "", "words": "", "start": 0.0, "end": 182.0, "value": 182.0}
    assert not is_place(nowhere)
    assert is_place({**nowhere, "speaker": "caller"}), "a silence"
    assert is_place({**nowhere, "turn": 3}), "a turn with personal data, whose words aren't shown"
