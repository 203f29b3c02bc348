"""The ways to a human that hold in a whole flow: rules that see what happens and lead the caller there. Pure."""

from typing import TYPE_CHECKING

from dialplans.flow import Human
from dialplans.place import Target

if TYPE_CHECKING:
    from dialplans.talk import Talk

ASKED, NO_MATCH, TAG, RATING, ANGER, STUCK = "asked", "no-match", "tag", "rating", "anger", "stuck"
OPERATOR = "operator"
"""Name of the intent by which callers ask for a human, where a flow has one."""


def rules(talk: "Talk") -> tuple[int, Human] | None:
    """Return the innermost rules that there are, and the depth of their flow; none for who waits for a human."""
    if talk.state.aside:
        return None
    for depth in range(len(talk.state.frames) - 1, -1, -1):
        if human := talk.flow_at(depth).human:
            return depth, human
    return None


def lead(talk: "Talk", reason: str, depth: int, target: Target | None) -> bool:
    """Lead the caller to a human for `reason`; tell whether there is a way."""
    if target is None:
        return False
    talk.reason = reason
    talk.note("to_human", rule=reason, step=target.step)
    talk.to(depth, target)
    return True


def asked(talk: "Talk") -> bool:
    """The caller asked for one."""
    found = talk.command("operator")
    return lead(talk, ASKED, *found) if found else False


def missed(talk: "Talk", times: int) -> bool:
    """One question was misunderstood so many times."""
    found = rules(talk)
    if not found or not 0 < found[1].no_match <= times:
        return False
    return lead(talk, NO_MATCH, found[0], found[1].to)


def tagged(talk: "Talk", at: str) -> bool:
    """The customer is one of those whom a human serves; `at` the beginning or the first question."""
    found = rules(talk)
    if not found or found[1].at != at or not set(found[1].tags) & tags(talk):
        return False
    return _once(talk, TAG) and lead(talk, TAG, found[0], found[1].to)


def rated(talk: "Talk", rating: int) -> bool:
    """The caller gave a rating."""
    found = rules(talk)
    if not found or not found[1].rating or rating > found[1].rating:
        return False
    return lead(talk, RATING, found[0], found[1].to)


def bad_rating(talk: "Talk") -> int:
    """Return up to which rating one is bad; 0: none is."""
    found = rules(talk)
    return found[1].rating if found else 0


def led(talk: "Talk", reason: str) -> bool:
    """Lead the caller to the human of the rules, whatever they say."""
    found = rules(talk)
    return lead(talk, reason, found[0], found[1].to) if found else False


def angry(talk: "Talk", text: str, voice: float) -> bool:
    """The caller said `text`, in a voice so angry (0-1)."""
    found = rules(talk)
    if not found or not found[1].anger or talk.anger(text, voice) < found[1].anger:
        return False
    # Once: whoever was told that nobody is there is not sent there again for being angry about it.
    return _once(talk, ANGER) and lead(talk, ANGER, found[0], found[1].to)


def stuck(talk: "Talk") -> bool:
    """The flow goes round in a circle in which nobody is asked anything."""
    return _once(talk, STUCK) and led(talk, STUCK)


def tags(talk: "Talk") -> set[str]:
    """Return the customer's tags: `customer.tag`, and `customer.tags` as a list or with commas."""
    found = talk.value("customer.tags") or ()
    several = found.split(",") if isinstance(found, str) else list(found)
    one = talk.value("customer.tag")
    return {str(tag).strip() for tag in (*several, *([one] if one else ()))}


def _once(talk: "Talk", rule: str) -> bool:
    if rule in talk.state.used:
        return False
    talk.state.used = (*talk.state.used, rule)
    return True
