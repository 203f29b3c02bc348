import pytest

from dialplans.exchange import KeysWanted, Question
from voice.listening import digits_wanted


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        (Question("order", kind="digits", keys=KeysWanted(6, 8)), (6, 8)),
        (Question("order", kind="digits", keys=KeysWanted(choices=("1", "2"))), (0, 0)),
        (Question("order", kind="digits"), (0, 0)),
        (Question("what", kind="open", keys=KeysWanted(6, 8)), (0, 0)),
    ],
)
def test_only_a_question_for_digits_tells_how_many_it_wants(question, wanted):
    assert digits_wanted(question) == wanted
