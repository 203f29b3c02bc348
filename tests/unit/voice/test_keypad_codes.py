import pytest

from voice.keypad_codes import PAUSE_S, CodeReader, Codes, Ordered


def keyed(keys, reader=None, gap=0.3):
    reader = reader or CodeReader()
    return [reader.press(key, 100 + place * gap) for place, key in enumerate(keys)]


@pytest.mark.parametrize(
    ("keys", "order", "number"),
    [
        ("*2205#", "blind", "205"),
        ("*30*12#", "consult", "0*12"),
        ("*4", "swap", ""),
        ("*5", "complete", ""),
        ("*6", "back", ""),
        ("*7", "conference", ""),
        ("*8", "hold", ""),
    ],
)
def test_a_code_is_an_order_once_it_is_complete_and_nothing_of_it_reaches_the_other_end(keys, order, number):
    *before, last = keyed(keys)
    assert before == [""] * (len(keys) - 1)
    assert last == Ordered(order, number)


def test_what_is_no_code_belongs_to_the_other_end():
    assert keyed("12#") == ["1", "2", "#"]
    assert keyed("*91") == ["", "*9", "1"]


def test_a_star_that_was_left_standing_is_forgotten_after_a_while():
    reader = CodeReader()
    assert reader.press("*", 10) == ""
    assert reader.press("2", 10 + PAUSE_S + 1) == "2"
    assert keyed("*220", reader) == ["", "", "", ""]
    assert reader.press("5", 200) == "5"


def test_a_number_without_keys_orders_nothing():
    reader = CodeReader()
    assert keyed("*2#", reader)[-1] == ""
    assert keyed("*4", reader)[-1] == Ordered("swap")


def test_a_number_that_never_ends_is_given_up():
    reader = CodeReader()
    assert set(keyed("*2" + "1" * 40, reader)) == {"", "1"}


def test_a_company_may_have_other_codes():
    reader = CodeReader(Codes(blind="##"))
    assert keyed("##7#", reader)[-1] == Ordered("blind", "7")
    assert keyed("*22", CodeReader(Codes(blind="##")))[1:] == ["*2", "2"]
