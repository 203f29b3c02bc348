import pytest

from quality.phrases import places


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("shut up", "Oh, shut up!", ["shut up"]),
        ("shut up", "Shut, up you go", ["Shut, up"]),
        ("up", "shutup and upper", []),
        ("no", "I know nothing, no", ["no"]),
        ("it's", "It’s fine", ["It’s"]),
    ],
)
def test_an_english_phrase_is_whole_words(phrase, text, found):
    assert [text[begin:end] for begin, end in places(phrase, text, "en")] == found


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("再见", "好的再见，再见", ["再见", "再见"]),
        ("关我什么事", "这管我什么是啊", ["管我什么是"]),
        ("垃圾", "拉及", []),
        ("我保证", "我保正明天到", ["我保正"]),
        ("随便你", "那就随便您好了", ["随便您"]),
        ("随便你", "退不退水便你", ["水便你"]),
        ("闭嘴", "你先必嘴听我说", ["必嘴"]),
        ("闭嘴", "鼻嘴", []),
        ("闭嘴", "毕最", []),
        ("爱买不买", "这个价爱麦不麦", ["爱麦不麦"]),
        ("说话不算数", "你索话不算数", ["索话不算数"]),
        ("浪费我时间", "别烂费我时间", ["烂费我时间"]),
        ("退款", "推款", []),
        ("关我什么事", "黄我什么事", ["黄我什么事"]),
        ("爱买不买", "爱卖不派", ["爱卖不派"]),
        ("爱买不买", "还买不买", []),
        ("绝对没问题", "绝对有问题", []),
        ("浪费我时间", "发给我时间", []),
        ("我保证", "我报盏", []),
    ],
)
def test_a_chinese_phrase_is_signs_and_a_long_one_their_sound(phrase, text, found):
    assert [text[begin:end] for begin, end in places(phrase, text, "zh")] == found
