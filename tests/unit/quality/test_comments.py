import pytest

from models.errors import CannotDo
from quality import comments
from tests.unit.quality.conftest import NOW


def _of(records, call="c1"):
    with records.engine.connect() as connection:
        return [(one.second, one.words) for one in comments.of_call(connection, call)]


def test_comments_stand_in_the_order_of_the_call_those_about_the_whole_first(records):
    records.call("c1")
    for second, words in ((9.5, "later"), (None, "好的通话"), (0.0, "at once")):
        comments.add(records.engine, "c1", "qi", second, f" {words} ", NOW)
    assert _of(records) == [(None, "好的通话"), (0.0, "at once"), (9.5, "later")]


def test_only_the_own_comment_is_taken_back_and_only_once(records):
    records.call("c1")
    kept = comments.add(records.engine, "c1", "qi", 1.0, "stays", NOW)
    gone = comments.add(records.engine, "c1", "ann", 2.0, "goes", NOW)
    with pytest.raises(CannotDo, match="Only who wrote"):
        comments.take_back(records.engine, kept, "ann", NOW)
    comments.take_back(records.engine, gone, "ann", NOW)
    with pytest.raises(CannotDo, match="only once"):
        comments.take_back(records.engine, gone, "ann", NOW)
    assert _of(records) == [(1.0, "stays")]


@pytest.mark.parametrize(
    ("call", "second", "words", "why"),
    [("c1", 1.0, "  ", "without words"), ("c1", -1.0, "x", "of the call"), ("c1", float("nan"), "x", "of the call"),
     ("c1", None, "x" * 5000, "shorten"), ("nope", None, "x", "no call nope")],
)  # fmt: skip
def test_what_cannot_be_a_comment_is_refused(records, call, second, words, why):
    records.call("c1")
    with pytest.raises(CannotDo, match=why):
        comments.add(records.engine, call, "qi", second, words, NOW)
    assert _of(records) == []
