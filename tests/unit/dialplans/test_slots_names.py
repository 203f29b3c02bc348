from datetime import UTC, datetime

import pytest

from dialplans.slots import SlotKind, read

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
CITIES = SlotKind.of(
    {
        "type": "list",
        "entries": {
            "bj": {"en": ["Beijing", "Peking"], "zh": ["北京", "北京市"]},
            "sh": {"en": ["Shanghai"], "zh": ["上海"]},
            "nj": {"en": ["Nanjing"], "zh": ["南京"]},
        },
    }
)
PEOPLE = SlotKind.of({"type": "list", "entries": ["John Smith", "Jon Smythe", "Mary Johnson", "Katherine Lee"]})


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en", "I want to go to Beijing", "bj"), ("en", "bay jing", "bj"), ("en", "Shang hi please", "sh"),
        ("en", "nothing like that", None), ("zh", "我要去北京", "bj"), ("zh", "背景", "bj"), ("zh", "商海", "sh"),
        ("zh", "蓝精", "nj"), ("zh", "随便", None),
    ],
)  # fmt: skip
def test_places_are_found_by_letters_and_by_sound(language, text, value):
    found = read(CITIES, text, language, NOW)
    assert (found and found.value) == value


def test_a_name_written_otherwise_is_the_same_name():
    found = read(PEOPLE, "Catherine Lee", "en", NOW)
    assert found is not None
    assert (found.value, found.confidence > 0.9) == ("Katherine Lee", True)


@pytest.mark.parametrize(
    ("language", "names", "text"),
    [
        ("zh", ["补牙", "补一下"], "等一下，你们能刷医保吗"),
        ("zh", ["补牙", "补一下"], "问一下价格"),
        ("en", ["a van", "van"], "is there an office"),
    ],
)
def test_little_words_name_nothing_though_a_name_is_like_them(language, names, text):
    kind = SlotKind.of({"type": "list", "entries": {"it": names}})
    assert read(kind, text, language, NOW) is None
    found = read(kind, names[1], language, NOW)
    assert found is not None
    assert found.value == "it"


def test_two_names_that_sound_alike_are_a_guess():
    found = read(PEOPLE, "john smith", "en", NOW)
    assert found is not None
    assert (found.value, found.confidence <= 0.5, found.note) == ("John Smith", True, "Jon Smythe is as likely")


@pytest.mark.parametrize(
    ("language", "text", "address"),
    [
        ("en", "john dot smith at g mail dot com", "john.smith@gmail.com"),
        ("en", "John.Smith@gmail.com.", "john.smith@gmail.com"),
        ("en", "my email is j o h n underscore 42 at hotmail dot com", "john_42@hotmail.com"),
        ("en", "b as in bravo, o, b at outlook dot com", "bob@outlook.com"),
        ("en", "it's info at acme dash corp dot co dot uk", "info@acme-corp.co.uk"),
        ("en", "mary jane ninety nine at yahoo.com", "maryjane99@yahoo.com"),
        ("en", "I have none", ""),
        ("zh", "我的邮箱是 zhang san 艾特 一六三点com", "zhangsan@163.com"),
        ("zh", "w a n g 八八艾特 q q 点 com", "wang88@qq.com"),
        ("zh", "liming点wang艾特gmail点com", "liming.wang@gmail.com"),
        ("zh", "没有", ""),
    ],
)
def test_addresses_are_read_as_they_are_spelled(language, text, address):
    found = read(SlotKind("email"), text, language, NOW)
    assert (found.value if found else "") == address


@pytest.mark.parametrize(
    ("language", "text", "agrees"),
    [
        ("en", "not really", False), ("en", "why not", True), ("en", "yes please", True), ("en", "no problem", True),
        ("en", "I don't think so", False), ("en", "not right now", False), ("en", "I'm not sure", None),
        ("zh", "嗯对", True), ("zh", "不用了", False), ("zh", "没问题", True), ("zh", "好像不是", False),
        ("zh", "对不起我不要", False), ("zh", "不知道", None), ("zh", "是不是", None), ("zh", "没有了", False),
    ],
)  # fmt: skip
def test_agreement_is_heard_in_its_many_forms(language, text, agrees):
    found = read(SlotKind("agreement"), text, language, NOW)
    assert (found and found.value) is agrees


def test_free_text_loses_its_hesitation_alone():
    found = read(SlotKind("free_text"), "Um, well, the printer is broken", "en", NOW)
    assert found is not None
    assert found.value == "the printer is broken"
    assert read(SlotKind("free_text", least=3), "no idea", "en", NOW) is None


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ("dgits", "There is no slot type 'dgits'"),
        ({"type": "digits", "currency": "USD"}, "has no setting 'currency'"),
        ({"type": "list"}, "needs 'entries'"),
        ({"type": "money", "currency": "dollars"}, "must be 3 letters"),
        ({"type": "moment", "part": "hour"}, "must be one of date, time, both, either"),
        ({"type": "identifier", "pattern": "["}, "no regular expression"),
        ({"type": "number", "least": 5, "most": 1}, "must not be above"),
        ({"type": "digits", "digits": "six"}, "'digits' must be a number"),
        ({"type": "list", "entries": {"a": 5}}, "must be a name or a list of names"),
    ],
)
def test_wrong_settings_are_said_in_a_sentence(settings, complaint):
    with pytest.raises(ValueError, match=complaint):
        SlotKind.of(settings)
