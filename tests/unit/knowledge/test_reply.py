"""A streamed reply is spoken sentence by sentence, and only when it quotes an article that it was given."""

import pytest

from knowledge.reply import LONGEST_REPLY, Refused, Reply, Ungrounded

ENGLISH = "[returns] You have thirty days [returns]. Dr. Lee e.g. knows. It costs 4.95 pounds **at most**"
CHINESE = "[退货][运费] 三十天内可以退货。运费由我们付[运费]！谢谢"


def pieces(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def heard(text: str, size: int, *articles: str) -> tuple[list[str], tuple[str, ...]]:
    reply = Reply(articles)
    said = [sentence for piece in pieces(text, size) for sentence in reply.feed(piece)]
    return said + reply.finish(), reply.quoted


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_sentences_come_whole_however_the_reply_is_cut(size: int) -> None:
    english = ["You have thirty days.", "Dr. Lee e.g. knows.", "It costs 4.95 pounds at most"]
    assert heard(ENGLISH, size, "returns", "hours") == (english, ("returns",))
    chinese = ["三十天内可以退货。", "运费由我们付！", "谢谢"]
    assert heard(CHINESE, size, "退货", "运费") == (chinese, ("退货", "运费"))


def test_a_sentence_is_said_before_the_next_one_has_come() -> None:
    reply = Reply(["a"])
    assert reply.feed("[a] We are open. An") == ["We are open."]
    assert reply.feed("d closed") == []


@pytest.mark.parametrize("text", ["We are open.", "[made-up] We are open.", "", "   ", "[", "[a", "[" + "x" * 300])
@pytest.mark.parametrize("size", [1, 1000])
def test_a_reply_that_quotes_nothing_it_was_given_says_nothing(text: str, size: int) -> None:
    with pytest.raises(Ungrounded):
        heard(text, size, "a")


@pytest.mark.parametrize("text", ["[none]", "[none] I can't tell.", " [none]\n"])
def test_a_refusal_says_nothing(text: str) -> None:
    with pytest.raises(Refused):
        heard(text, 2, "a")


def test_an_endless_reply_is_full_at_some_point() -> None:
    reply = Reply(["a"])
    reply.feed("[a] " + "We are open. " * 40)
    assert not reply.full
    reply.feed("x" * LONGEST_REPLY)
    assert reply.full
