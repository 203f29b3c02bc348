"""A rule's name that two scorecards have leads to both their titles, and never to the other's alone."""

from console.rule_titles import titles


def test_a_name_that_two_scorecards_have_is_called_all_that_they_call_it() -> None:
    rules = [
        ("greeting", {"en": "Says hello", "zh": "问候"}), ("goodbye", {"en": "Says goodbye"}),
        ("greeting", {"en": "Greets in the first 20 seconds", "zh": "问候"}),
    ]  # fmt: skip
    assert titles(rules) == {
        "greeting": {"en": "Says hello / Greets in the first 20 seconds", "zh": "问候"},
        "goodbye": {"en": "Says goodbye"},
    }
