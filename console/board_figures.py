"""Figures of boards as people read them. Pure."""


def minutes(seconds: float | None) -> str:
    """Return a duration as 3:05, or 1:03:05; "–" for none."""
    if seconds is None:
        return "–"
    whole = max(int(seconds), 0)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def percent(share: float | None, digits: int = 0) -> str:
    """Return a share as percent; "–" for none."""
    return "–" if share is None else f"{share:.{digits}%}"
