"""Ways out of a queue: where a caller goes whom it can't serve, and when to look again. Pure."""

from queues.plan import Overflow, OverflowWhen, Queue

GO_ON = "return"
"""Where a caller goes if nothing else was said: back into the flow."""


def way(queue: Queue, when: OverflowWhen, waited_s: float = 0.0) -> str:
    """Return where a caller goes to whom `when` happens; "": stays for now.

    `waited_s` in this queue. "nobody": as soon as a rule's `after_s` is over. "waited": the first rule whose time is
    over. Without a rule the flow goes on at once.
    """
    rules = [rule for rule in queue.overflow if rule.when == when]
    if when == "waited":
        late = (rule.to for rule in rules if 0 < _limit(queue, rule) <= waited_s)
        over = 0 < queue.longest_wait_s <= waited_s
        return next(late, GO_ON if over else "")
    if not rules:
        return GO_ON
    if when == "nobody":
        return next((rule.to for rule in rules if waited_s >= rule.after_s), "")
    return rules[0].to


def way_of_the_removed(queue: Queue) -> str:
    """Return where the callers of a queue go that is no more: as if closed, else as its first rule says."""
    closed = [rule.to for rule in queue.overflow if rule.when == "closed"]
    return (closed or [rule.to for rule in queue.overflow] or [GO_ON])[0]


def looks(queue: Queue) -> list[float]:
    """Return after how many seconds of waiting a rule may begin to hold, in order."""
    waited = {_limit(queue, rule) for rule in queue.overflow if rule.when == "waited"} | {queue.longest_wait_s}
    hopes = {rule.after_s for rule in queue.overflow if rule.when == "nobody"}
    return sorted(seconds for seconds in waited | hopes if seconds > 0)


def _limit(queue: Queue, rule: Overflow) -> float:
    return rule.after_s or queue.longest_wait_s
