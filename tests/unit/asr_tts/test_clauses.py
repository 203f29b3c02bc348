"""Where a text is cut."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr_tts import clauses

CUTS = [
    ("Yes.", ["Yes."]),
    ("", []),
    (" \n ", []),
    ("...", ["..."]),
    (
        "Hello, thank you for calling Hotline. How can I help you today?",
        ["Hello, thank you for calling Hotline.", "How can I help you today?"],
    ),
    (
        "Thank you, Mary. Your order was sent on Monday.",
        ["Thank you,", "Mary. Your order was sent on Monday."],
    ),
    (
        "Your appointment is with Dr. Smith of Acme Inc. in London. Please be on time.",
        ["Your appointment is with Dr. Smith of Acme Inc. in London.", "Please be on time."],
    ),
    (
        "That makes 1,250.00 dollars in all. See https://example.com/a.b?c for more about it.",
        ["That makes 1,250.00 dollars in all.", "See https://example.com/a.b?c for more about it."],
    ),
    (
        "We open at 9 a.m. every day. We close at 6 p.m. Then nobody is here.",
        ["We open at 9 a.m. every day.", "We close at 6 p.m. Then nobody is here."],
    ),
    ("Bring your passport, e.g. a valid one. Thanks.", ["Bring your passport,", "e.g. a valid one. Thanks."]),
    (
        "Your order leaves on Friday morning and costs 90 dollars with the delivery.",
        ["Your order leaves on Friday morning", "and costs 90 dollars with the delivery."],
    ),
    ("We have bread and butter and jam.", ["We have bread and butter and jam."]),
    ("1. Press the key. 2. Wait for a tone.", ["1. Press the key.", "2. Wait for a tone."]),
    ("您好，感谢致电热线。请问有什么可以帮您？", ["您好，感谢致电热线。", "请问有什么可以帮您？"]),
    ("营业时间是9:00到18:00，周末休息！", ["营业时间是9:00到18:00，", "周末休息！"]),
]


@pytest.mark.parametrize(("text", "cut"), CUTS)
def test_a_text_is_cut_where_a_speaker_breathes(text: str, cut: list[str]) -> None:
    assert clauses.split(text) == cut


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab A1.,!?;: \n您好，。！", max_size=400))
def test_no_character_is_added_or_lost(text: str) -> None:
    assert "".join("".join(clauses.split(text)).split()) == "".join(text.split())


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="abc .,您好，。", max_size=800))
def test_every_clause_is_bounded_so_that_the_line_never_waits_long(text: str) -> None:
    longest = clauses.LONGEST[-1]
    assert all(clauses.weight(clause) <= longest + 3 for clause in clauses.split(text))
