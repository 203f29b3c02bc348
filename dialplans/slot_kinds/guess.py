"""What of a moment was not said, so that it was guessed: the day, or the half of it. Pure."""

from enum import StrEnum


class Guess(StrEnum):
    """A part of a moment that is a guess; its text is the sentence of the log."""

    DAY = "the day is a guess"
    """Only an hour was said."""
    WHICH_DAY = "which day of it is a guess"
    """A week, a weekend or a month was said."""
    MONTH = "which month is a guess"
    HOUR = "the hour is a guess, only a part of the day was said"
    MORNING = "morning is a guess"
    AFTERNOON = "afternoon is a guess"
    """Of an hour that may be of either half of the day."""

    @property
    def is_of_day(self) -> bool:
        """Whether it is the day that was guessed, and not the hour."""
        return self in (Guess.DAY, Guess.WHICH_DAY, Guess.MONTH)

    @property
    def is_of_half(self) -> bool:
        """Whether it is the half of the day that was guessed."""
        return self in (Guess.MORNING, Guess.AFTERNOON)
