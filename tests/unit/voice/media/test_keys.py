"""Digits on their way out."""

from voice.media.dtmf import DigitReceiver
from voice.media.keys import Keys


def all_steps(keys: Keys) -> list[tuple[bool, bytes, bytes] | None]:
    steps, stamp = [], 0
    while keys.busy:
        steps.append(keys.take(stamp))
        stamp += 160
        assert len(steps) < 1000
    return steps


def test_each_press_has_its_own_time_stamp_and_its_gap() -> None:
    keys, receiver = Keys(), DigitReceiver()
    keys.press("12", 100, 80)
    presses, stamps, stamp = [], set(), 0
    while keys.busy:
        step = keys.take(stamp)
        if step is not None:
            stamps.add(keys.stamp)
            presses.append(receiver.packet(keys.stamp, step[1]))
        stamp += 160
    assert [each for each in presses if each] == [("1", 100), ("2", 100)]
    assert len(stamps) == 2
    assert stamp // 160 == 2 * (100 + 80) // 20


def test_letters_are_keys_in_either_case_and_the_rest_is_passed_over() -> None:
    keys, receiver = Keys(), DigitReceiver()
    keys.press("a-9 x", 40, 40)
    presses = [receiver.packet(n, step[1]) for n, step in enumerate(all_steps(keys)) if step]
    assert [press[0] for press in presses if press][::3] == ["A", "9"]


def test_in_band_the_tone_lasts_as_long_as_asked() -> None:
    keys = Keys()
    keys.in_band = True
    keys.press("5", 100, 80)
    steps = all_steps(keys)
    assert [step is not None for step in steps] == [True] * 5 + [False] * 4
    assert all(step is None or step[1] == b"" for step in steps)
