from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import CannotDo
from quality.call_filter import CallFilter, bare_number, looks_of

TEXT = st.text(min_size=1, max_size=20).map(str.strip).filter(bool)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "queue": TEXT,
            "words": TEXT,
            "since": st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),  # noqa: DTZ001
            "score_from": st.floats(-1e6, 1e6),
            "good": st.booleans(),
            "reviewed": st.sampled_from(["open", "done", "appealed"]),
        },
    )
)
def test_a_filter_is_the_same_after_the_way_through_an_address(values):
    wanted = CallFilter(**values)
    assert CallFilter.of(wanted.query()) == wanted


def test_what_is_not_a_filter_is_let_be_and_empty_values_are_none():
    assert CallFilter.of({"after": "x", "queue": " ", "agent": None, "flow": "", "team": "red"}) == CallFilter(
        team="red"
    )


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"since": "yesterday"}, "no time for since"),
        ({"score_from": "much"}, "no number for score_from"),
        ({"score_to": "nan"}, "no number for score_to"),
        ({"good": "perhaps"}, "neither yes nor no"),
        ({"reviewed": "maybe"}, "open, done, appealed"),
        ({"number": "+1"}, "too short"),
        ({"number": "***"}, "too short"),
        ({"words": "a" * 201}, "longer than 200"),
        ({"since": "9999-12-31T23:59:59-23:00"}, "no time"),
    ],
)
def test_what_cannot_be_meant_is_a_sentence(query, said):
    with pytest.raises(CannotDo, match=said):
        CallFilter.of(query)


@pytest.mark.parametrize(
    ("asked", "on_record"),
    [
        ("+49 (30) 123-456", "+4930123456"),
        ("0049 30 123456", "sip:+4930123456@example.org"),
        ("030 123456", "+4930123456"),
        ("+49 30 123456", "030123456"),
        ("+86 138 0013 8000", "13800138000"),
        ("138 0013 8000", "+8613800138000"),
        ("138*", "13800138000"),
        ("138*", "+8613800138000"),
        ("020*", "+442079460123"),
        ("1380", "+8613800138000"),
        ("*8000", "13800138000"),
        ("8000", "13800138000"),
        ("1380", "13800138000"),
        ("Anna", "sip:anna@example.org"),
    ],
)
def test_a_number_is_meant_however_it_is_written(asked, on_record):
    assert any(look.like(bare_number(on_record)) for look in looks_of(asked))


@pytest.mark.parametrize(
    ("asked", "on_record"),
    [
        ("=+86 138 0013 8000", "13800138000"), ("=13800138000", "sip:+8613800138000@x"),
        ("=030 12345678", "+493012345678"), ("=+44 20 7946 0123", "02079460123"), ("=2079460123", "+442079460123"),
    ],
)  # fmt: skip
def test_a_whole_number_is_found_with_and_without_its_country(asked, on_record):
    assert any(look.like(bare_number(on_record)) for look in looks_of(asked))


@pytest.mark.parametrize(
    ("asked", "on_record"),
    [
        ("138*", "9138"), ("*138", "1389"), ("99138", "13800138000"), ("=1380013", "13800138000"),
        ("138*", "+4413912345678"), ("+138*", "+8613800138000"), ("=8613800138", "+8613800138000"),
        ("=+861380013800", "+8613800138000"), ("=00138000", "13800138000"),
    ],
)  # fmt: skip
def test_another_number_is_not_meant(asked, on_record):
    assert not any(look.like(bare_number(on_record)) for look in looks_of(asked))
