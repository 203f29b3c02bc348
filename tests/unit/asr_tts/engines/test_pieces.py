"""The same pieces as the tokenizers library's unigram model, by which the encoders were trained."""

import random

import pytest
import tokenizers

from asr_tts.engines.pieces import Pieces

SIGNS = "abc▁您好吗é"


def vocabulary(chance: random.Random, count: int) -> list[tuple[str, float]]:
    known = {"<unk>": 0.0}
    while len(known) < count:
        known.setdefault("".join(chance.choices(SIGNS[:-1], k=chance.randint(1, 5))), -chance.uniform(1, 12))
    return list(known.items())


@pytest.mark.parametrize("seed", range(6))
def test_texts_are_cut_as_the_library_cuts_them(seed):
    chance = random.Random(seed)
    pieces = vocabulary(chance, 20 + 40 * seed)
    library = tokenizers.Tokenizer(tokenizers.models.Unigram(pieces, unk_id=0))
    own = Pieces(pieces, 0)
    for _ in range(200):
        text = "".join(chance.choices(SIGNS + "xyz", k=chance.randint(0, 30)))
        assert own.ids(text) == library.encode(text).ids, text


def test_characters_that_no_piece_has_are_one_unknown_piece_in_a_row():
    own = Pieces([("<unk>", 0.0), ("a", -1.0), ("b", -2.0), ("ab", -2.5)], 0)
    assert own.ids("abxyza") == [3, 0, 1]
    assert own.ids("") == []


def test_of_equal_pieces_the_last_counts():
    assert Pieces([("<unk>", 0.0), ("a", -1.0), ("a", -9.0)], 0).ids("a") == [2]


def test_a_sign_and_letters_of_the_same_memory_are_two_pieces():
    assert Pieces([("<unk>", 0.0), ("ch", -1.0), ("档", -2.0)], 0).ids("ch档") == [1, 2]
