from quality.conversation import Turn, Word
from quality.transcript import Hidden, Piece, pieces

ENGLISH = Turn(1, "caller", "My card is 4111 1111, thanks.", 10.0, 13.0, words=(
    Word("My", 10.0, 10.2), Word("card", 10.2, 10.6), Word("is", 10.7, 10.8), Word("4111", 11.0, 11.6),
    Word("1111", 11.7, 12.3, 0.4), Word("thanks", 12.5, 13.0),
))  # fmt: skip


def test_words_have_their_times_and_together_they_are_the_text():
    found = pieces(ENGLISH)
    assert "".join(one.text for one in found) == ENGLISH.text
    assert found[4] == Piece("1111, ", 11.7, 12.3, 0.4)


def test_hidden_words_are_not_in_any_piece():
    found = pieces(ENGLISH, [Hidden(11, 20, "card")])
    assert "".join(one.text for one in found) == "My card is [card], thanks."
    assert found[3] == Piece("[card], ", 11.0, 12.3, 1.0, "card")


def test_of_a_word_that_is_hidden_in_part_only_what_stands_outside_is_shown():
    turn = Turn(1, "caller", "call 5551234now", 0.0, 3.0, words=(Word("call", 0, 1), Word("5551234now", 1, 3)))
    assert "".join(one.text for one in pieces(turn, [Hidden(5, 12, "phone")])) == "call [phone]now"
    assert [one.text for one in pieces(turn, [Hidden(5, 15, "phone")])] == ["call ", "[phone]"]


def test_chinese_without_times_falls_back_to_the_share_of_each_sign():
    turn = Turn(1, "caller", "我要退款。", 2.0, 3.0, "zh")
    found = pieces(turn)
    assert [one.text for one in found] == ["我", "要", "退", "款。"]
    assert (found[2].start, found[2].end) == (2.4, 2.6)


def test_two_hidden_stretches_side_by_side_show_nothing_between_them():
    turn = Turn(1, "caller", "12345 67890", 0.0, 2.0)
    found = pieces(turn, [Hidden(0, 5, "number"), Hidden(6, 11, "code")])
    assert "".join(one.text for one in found) == "[number] [code]"


def test_what_begins_with_a_mark_and_what_is_empty_is_kept():
    assert "".join(one.text for one in pieces(Turn(1, "caller", " … yes ", 0.0, 1.0))) == " … yes "
    assert pieces(Turn(1, "caller", "", 0.0, 1.0)) == []
