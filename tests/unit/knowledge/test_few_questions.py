"""Who imports articles with few questions is told once how many they are."""

from knowledge.draft import Draft
from knowledge.few_questions import ENOUGH, warning


def draft(questions: int) -> Draft:
    return Draft("Parking", "Behind the shop.", questions=tuple(f"May I park at door {n}?" for n in range(questions)))


def test_articles_with_too_few_questions_are_one_sentence_with_their_number_and_mean() -> None:
    sentence = warning([draft(1), draft(ENOUGH - 1), draft(ENOUGH), draft(ENOUGH + 2)])
    assert sentence.startswith("Articles with fewer than 10 questions: 2 of 4, with 5.0 on average; ")
    assert sentence.count("\n") == 0


def test_of_articles_with_enough_nothing_is_said() -> None:
    assert warning([draft(ENOUGH)]) == warning([]) == ""
