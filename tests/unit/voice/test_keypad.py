from dialplans.exchange import KeysWanted
from voice.keypad import Keypad

CODE = KeysWanted(least=2, most=4, terminator="#", between_s=3.0)
MENU = KeysWanted(choices=("1", "2", "12", "0", "*"))


def keyed(pad, keys, now=0.0):
    return [pad.press(key, now) for key in keys][-1]


def test_the_terminator_ends_the_answer_and_is_not_part_of_it():
    pad = Keypad()
    pad.open(CODE, 0)
    assert keyed(pad, "12#") == "12"


def test_the_longest_answer_needs_no_terminator():
    pad = Keypad()
    pad.open(CODE, 0)
    assert keyed(pad, "1234") == "1234"
    assert not pad.begun


def test_a_terminator_alone_is_nothing():
    pad = Keypad()
    pad.open(CODE, 0)
    assert keyed(pad, "#") == ""


def test_a_pause_between_keys_ends_the_answer():
    pad = Keypad()
    pad.open(CODE, 0)
    keyed(pad, "12", 1.0)
    assert pad.deadline == 4.0
    assert pad.time_up(3.9) == ""
    assert pad.time_up(4.0) == "12"
    assert pad.deadline is None


def test_a_choice_is_taken_as_soon_as_no_longer_one_is_possible():
    pad = Keypad()
    pad.open(MENU, 0)
    assert pad.press("2", 0) == "2"
    pad.open(MENU, 0)
    assert pad.press("1", 0) == ""
    assert pad.press("2", 1) == "12"
    pad.open(MENU, 0)
    assert pad.press("1", 0) == ""
    assert pad.time_up(3.0) == "1"


def test_a_key_that_is_no_choice_is_an_answer_too_so_that_the_caller_is_told():
    pad = Keypad()
    pad.open(MENU, 0)
    assert pad.press("7", 0) == "7"


def test_a_star_first_is_a_command_among_digits():
    pad = Keypad()
    pad.open(CODE, 0)
    assert pad.press("*", 0) == "*"


def test_keys_before_a_question_are_kept_for_it_and_the_rest_for_the_next():
    pad = Keypad()
    for key in "212#9":
        assert pad.press(key, 0) == ""
    assert pad.open(MENU, 1) == "2"
    assert pad.open(CODE, 2) == "12"
    assert pad.open(MENU, 3) == "9"
    assert pad.open(MENU, 4) == ""


def test_keys_typed_ahead_are_dropped_after_a_misunderstanding():
    pad = Keypad()
    pad.press("9", 0)
    pad.forget()
    assert pad.open(MENU, 1) == ""


def test_a_question_without_keys_leaves_them_for_the_next():
    pad = Keypad()
    assert pad.open(None, 0) == ""
    assert pad.press("2", 0) == ""
    assert pad.open(MENU, 1) == "2"


def test_one_press_by_three_ways_is_one_press_and_two_presses_by_one_way_are_two():
    pad = Keypad()
    assert not pad.is_echo("1", "rtp", 0.0)
    assert pad.is_echo("1", "info", 0.1)
    assert pad.is_echo("1", "in-band", 0.2)
    assert not pad.is_echo("1", "rtp", 0.4)
    assert not pad.is_echo("2", "info", 0.5)
    assert not pad.is_echo("2", "rtp", 2.0)


def test_only_so_many_keys_are_kept():
    pad = Keypad()
    for _ in range(1000):
        pad.press("1", 0)
    answers = 0
    while pad.open(MENU, 0):
        answers += 1
    assert answers <= 32
