from asr_tts.engines.whisper_hypotheses import Hypothesis, chosen


def heard(*texts: str) -> list[Hypothesis]:
    return [Hypothesis(text, -0.1 * place, 0.0) for place, text in enumerate(texts)]


def test_what_was_told_is_believed_where_it_sounds_like_what_is_heard_without():
    text, others = chosen(heard("我们会发油件给您", "我们会发邮寄给您"), heard("我们会发邮件给您。"))
    assert text == "我们会发邮件给您。"
    assert others == ("我们会发油件给您", "我们会发邮寄给您")


def test_what_only_repeats_what_it_was_told_is_not_believed():
    text, others = chosen(heard("不知道", "不知到"), heard("确认邮件已经发到您的邮箱。"))
    assert (text, others) == ("不知道", ("不知到",))


def test_nothing_is_kept_twice_and_nothing_empty():
    assert chosen(heard("好的", "好的。", ""), heard("好的，"))[1] == ()


def test_what_was_heard_once_only_stands_with_what_else_it_may_be():
    assert chosen(heard("我们会发邮件给您", "我们会发邮寄给您"), []) == ("我们会发邮件给您", ("我们会发邮寄给您",))
