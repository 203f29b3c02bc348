"""Which number was on which line first, whatever numbers come and however many."""

import random

from campaigns.first_lines import SMALLEST, FirstLines


def test_a_number_is_known_by_the_line_that_it_was_on_first() -> None:
    seen = FirstLines()
    assert seen.first(8613812345678, 2) == 2
    assert seen.first(8613812345679, 3) == 3
    assert seen.first(8613812345678, 4) == 2
    assert len(seen) == 2


def test_it_is_the_same_as_a_dict_over_every_growth() -> None:
    chance, seen, kept = random.Random(7), FirstLines(), dict[int, int]()
    rows = [
        chance.choice((chance.randrange(1, 10**15), 8613800000000 + chance.randrange(50_000))) for _ in range(150_000)
    ]
    for line, number in enumerate(rows, 1):
        assert seen.first(number, line) == kept.setdefault(number, line)
    assert len(seen) == len(kept) > SMALLEST
