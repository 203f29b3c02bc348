import pytest

from quality.bounds import Bounds
from quality.conditions import Says, Within
from quality.conversation import Conversation, Turn
from quality.evidence import Compared, Subject
from quality.meaning import likenesses

BOUNDS = Bounds(0.48, expected=0.05)
MAIL = ("稍后您会收到一封确认邮件。",)


@Compared
def far(said, examples, language):
    """An encoder that reads the signs, and makes little of others of the same sound."""
    return [1.0 if one in examples else 0.42 for one in said]


def test_chinese_written_with_other_signs_of_the_same_sound_is_known():
    (heard, other) = likenesses(["稍后您会收到一封确认油件。", "这个颜色的没有货。"], MAIL, (), 0.0, "zh", far)
    assert heard >= BOUNDS.alike
    assert other == 0.0


def test_what_means_nothing_like_it_is_not_known_by_its_sound():
    assert likenesses(
        ["稍后您会收到一封确认油件"], MAIL, (), 0.0, "zh", Compared(lambda said, *_: [0.1] * len(said))
    ) == [0.0]


def test_what_is_liker_to_a_counterexample_does_not_count():
    examples, unlike = ("We send you an e-mail.",), ("Please send us an e-mail.",)
    near = {examples[0]: 0.7, unlike[0]: 0.8}

    @Compared
    def alike(said, theirs, language):
        return [max((near.get(one, 0.0) for one in theirs), default=0.0) for _ in said]

    assert likenesses(["You should send us an e-mail."], examples, unlike, 0.0, "en", alike) == [0.0]
    assert likenesses(["You should send us an e-mail."], examples, (), 0.0, "en", alike) > [BOUNDS.alike]


def test_a_rule_may_ask_for_more_likeness_than_is_usual():
    @Compared
    def alike(said, theirs, language):
        return [0.6 if theirs == MAIL else 0.0 for _ in said]

    said = ["确认信马上就到。"]
    assert likenesses(said, MAIL, (), 0.0, "zh", alike) > [0.0]
    assert likenesses(said, MAIL, (), 0.9, "zh", alike) == [0.0]


@pytest.mark.parametrize(("others", "holds"), [(("这个关我什么事。",), True), ((), False)])
def test_a_phrase_counts_where_it_is_what_else_may_have_been_said(others, holds):
    turn = Turn(1, "agent", "这个官务什么是。", 10.0, 14.0, "zh", others=others)
    found = Says("agent", {"zh": ("关我什么事",)}).of(Subject(Conversation("c", 20.0, (turn,), "zh")))
    assert found.holds is holds
    if holds:
        assert (found.evidence[0].words, found.evidence[0].turn) == ("关我什么事", 1)
        assert 10.0 <= found.evidence[0].start < found.evidence[0].end <= 14.0


def _said(text, *others):
    turn = Turn(1, "agent", text, 10.0, 14.0, "zh", others=others)
    return Subject(Conversation("c", 20.0, (turn,), "zh"), Compared(near, Bounds(0.44)))


def near(said, examples, language):
    """An encoder to which an example is itself, and all else in it half of that; 今天 is about something else."""
    return [1.0 if one in examples else 0.1 if "今天" in one else 0.43 for one in said]


def test_what_else_may_have_been_heard_counts_where_the_text_is_near():
    meant = Says("agent", meaning={"zh": MAIL})
    found = meant.of(_said("有个东西给您。", "稍后您会收到一封确认邮件。")).evidence
    assert [(one.words, one.turn) for one in found] == [("稍后您会收到一封确认邮件。", 1)]
    assert 10.0 <= found[0].start < found[0].end <= 14.0
    assert not meant.of(_said("今天天气很好。", "稍后您会收到一封确认邮件。")).holds, "not near"


def test_what_else_may_have_been_heard_does_not_count_where_a_text_means_it():
    (found,) = (
        Says("agent", meaning={"zh": MAIL}).of(_said("稍后您会收到一封确认邮件。", "稍后您会收到一封确认信。")).evidence
    )
    assert found.words == "稍后您会收到一封确认邮件。"


def test_what_sounds_like_a_rules_own_words_is_read_as_them():
    @Compared
    def reads(said, examples, language):
        return [0.9 if "雪糕" in one and "雪糕" in "".join(examples) else 0.4 for one in said]

    said = ["我们有血高卖。"]
    assert likenesses(said, ("您可以买雪糕。",), (), 0.45, "zh", reads) > [0.8]
    assert likenesses(said, ("您可以买冰块。",), (), 0.45, "zh", reads) == [0.0]


@pytest.mark.parametrize(("first_s", "holds"), [(20.0, True), (60.0, False)])
def test_where_few_sentences_are_looked_at_a_little_less_is_enough(first_s, holds):
    def alike(said, examples, language):
        return [BOUNDS.alike - 0.02 + 0.3 * 0.35 if examples == MAIL else 0.0 for _ in said]

    turn = Turn(1, "agent", "WTO", 10.0, 14.0, "zh")
    condition = Within(Says("agent", meaning={"zh": MAIL}), first_s=first_s)
    assert condition.of(Subject(Conversation("c", 90.0, (turn,), "zh"), Compared(alike, BOUNDS))).holds is holds
