"""The knowledge bench's articles: as many question variants as asked for, and none that is a question of the test."""

import pytest

from bench.knowledge_questions import entries, questions
from knowledge.wording import plain


def same(text: str) -> str:
    """What two sentences have in common that differ in case, punctuation and contractions alone."""
    return plain(text).replace(" ", "")


@pytest.mark.parametrize("name", ["test_en", "test_zh"])
def test_no_variant_is_a_question_of_the_test(name: str) -> None:
    asked = {same(one.text) for one in questions(name)}
    clashes = {f"{one.article_id}: {face}" for one in entries(name, 10) for face in one.faces() if same(face) in asked}
    assert not clashes


@pytest.mark.parametrize("name", ["test_en", "test_zh"])
def test_an_article_has_as_many_variants_as_asked_for_and_each_once(name: str) -> None:
    two, five, ten = entries(name), entries(name, 5), entries(name, 10)
    assert {len(one.questions) for one in two} == {2}
    assert {len(one.questions) for one in five} == {5}
    assert sum(len(one.questions) for one in ten) >= 995
    for few, more in zip(five, ten, strict=True):
        assert more.questions[:5] == few.questions
    variants = [same(each) for one in ten for each in one.questions]
    assert len(set(variants)) == len(variants)
