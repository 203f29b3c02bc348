import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from quality.call_words import forms, hits, may_have, searched, tokens_of


def _tokens(text: str) -> list[str]:
    return [token.text for token in tokens_of(text)]


def test_english_is_lower_case_words_and_chinese_pairs_of_signs():
    assert _tokens("I don't WANT it!") == ["i", "dont", "want", "it"]
    assert _tokens("我要退款 now") == ["我要", "要退", "退款", "款", "now"]
    assert _tokens("A12，好") == ["a12", "好"]


def test_traditional_signs_are_found_as_simplified():
    assert _tokens("請退款") == _tokens("请退款")
    assert hits(searched("请"), list(tokens_of("請退款")))


def test_any_regular_form_of_a_word_finds_the_others():
    for family in (
        ("refund", "refunds", "refunded", "refunding"),
        ("cancel", "cancelled", "cancelling", "cancels"),
        ("company", "companies"),
        ("invoice", "invoices", "invoiced", "invoicing"),
        ("stop", "stopped", "stopping"),
        ("box", "boxes"),
    ):
        for one in family:
            if len(one) > 3:
                assert set(family) <= set(forms(one)), one


def test_short_words_names_and_numbers_have_no_forms():
    for word in ("bus", "a12", "12345", "müller"):
        assert forms(word) == (word,)


@pytest.mark.parametrize(
    ("words", "text", "marked"),
    [
        ("refund", "Your refunds, please", ["refunds"]),
        ('"thank you" for', "thank you for you", ["thank you", "for"]),
        ("“我要退款”", "好，我要退款了", ["我要退款"]),
        ("退", "退款和退货", ["退", "退"]),
        ("要退 退款", "我要退款", ["要退款"]),
        ("don’t", "I don't", ["don't"]),
        ("nothing", "else", []),
    ],
)
def test_hits_are_where_the_words_stand(words, text, marked):
    assert [text[begin:end] for begin, end in hits(searched(words), list(tokens_of(text)))] == marked


@given(st.text(max_size=60))
@example("𝑨:0")
@example("⼾:0")
@example("薴:0")
def test_whatever_is_said_is_found_by_itself_and_its_tokens_need_no_quoting(text):
    tokens = list(tokens_of(text))
    for token in tokens:
        assert token.text.isalnum()
        assert 0 <= token.begin < token.end <= len(text)
    bare = text
    for mark in '"“”「」『』':
        bare = bare.replace(mark, " ")
    for group in searched(f'"{bare}"'):
        assert hits([group], list(tokens_of(bare)))
        assert may_have(bare, [group])


@given(st.text(max_size=200))
@example("ADDED")
@example("ying ies eyed")
def test_a_search_asks_for_few_things_whatever_is_typed(text):
    groups = searched(text)
    assert len(groups) <= 12
    assert all(token.isalnum() for group in groups for phrase in group for token in phrase.tokens)
