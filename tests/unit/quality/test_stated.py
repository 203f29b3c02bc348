import pytest

from quality.stated import Stated, contradicted, stated


def of(text: str, language: str, kind: str) -> set[float]:
    return {round(one.value, 2) for one in stated(text, language) if one.kind == kind}


@pytest.mark.parametrize(
    ("text", "language", "kind", "values"),
    [
        ("It costs $12.50 and takes 3 to five working days.", "en", "money", {12.5}),
        ("It costs $12.50 and takes 3 to five working days.", "en", "span", {72, 120}),
        ("four dollars and ninety cents", "en", "money", {4.9}),
        ("That is two weeks.", "en", "span", {336}),
        ("You have fourteen days.", "en", "span", {336}),
        ("We are open from nine to half past five.", "en", "clock", {5.5}),
        ("from 9 am to 5:30 pm", "en", "clock", {9, 5.5}),
        ("Monday to Friday", "en", "weekday", {0, 1, 2, 3, 4}),
        ("by the 5th of March", "en", "date", {305}),
        ("ten percent off", "en", "percent", {10}),
        ("Delivery is free.", "en", "money", {0}),
        ("Feel free to call us in May.", "en", "money", set()),
        ("一共十二块五", "zh", "money", {12.5}),
        ("早上九点到下午五点半", "zh", "clock", {9, 5.5}),
        ("三到五个工作日", "zh", "span", {72, 120}),
        ("两个星期之内", "zh", "span", {336}),
        ("周一至周五", "zh", "weekday", {0, 1, 2, 3, 4}),
        ("星期六", "zh", "weekday", {5}),
        ("3月5号之前", "zh", "date", {305}),
        ("优惠百分之二十", "zh", "percent", {20}),
        ("半个小时", "zh", "span", {0.5}),
        ("保修两年", "zh", "months", {24}),
        ("免费送货", "zh", "money", {0}),
    ],
)
def test_a_value_is_read_with_its_kind(text, language, kind, values):
    assert of(text, language, kind) == values


def test_the_same_value_in_other_words_is_the_same():
    assert stated("within two weeks", "en") == stated("within 14 days", "en") == stated("十四天之内", "zh")


def test_only_values_of_one_kind_contradict_each_other():
    true = stated("Twelve dollars, within three to five days.", "en")
    assert contradicted(stated("It is fifteen dollars.", "en"), true) == {Stated("money", 15.0)}
    assert not contradicted(stated("It is on the fifteenth of March, at three o'clock.", "en"), true)
    assert not contradicted(stated("Four days.", "en"), true), "that lies within the span"
