"""A line for the log that comes seldom, however often its reason does, and says how often it was left out. Pure."""


class Seldom:
    def __init__(self, every: float) -> None:
        """`every`: seconds between two lines at least."""
        self._every = every
        self._told, self._silent = float("-inf"), 0

    def line(self, sentence: str, now: float) -> str:
        """Return the sentence where it is due, with the number of those left out; else ""."""
        if now - self._told < self._every:
            self._silent += 1
            return ""
        more = f" ({self._silent} more since the last line)" if self._silent else ""
        self._told, self._silent = now, 0
        return f"{sentence}{more}"
