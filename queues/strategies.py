"""Strategies: which of the agents who fit gets the caller, as numbers of which the lowest is best. Pure.

Where two are equal, the one with fewer calls in hand, longer idle, or of the lower extension comes first
(`Candidates.places`). An agent with a call in hand comes after all who have none, whatever the strategy.

| strategy | first is |
|---|---|
| longest-idle | who has been without a call for longest |
| even-calls | who took the fewest calls today |
| even-talk | who talked least today |
| ability | who has the highest levels of the skills needed, in sum |
| familiar | whom the caller knows (owner of the account, then who served last), else the longest idle |
| lowest-cost | who costs least |
| round-robin | whose last offer is longest ago |
| ring-all | all who are free at once; if one has to be chosen, the longest idle |

A mix gives each agent points for each of its strategies, from 0 to 1, times the weight, and the most points win. The
points of one agent depend on nobody else: idle for t seconds t / (t + 600); n calls today 10 / (10 + n); talked t
seconds 3600 / (3600 + t); ability: mean level / 10; familiar 1 or 0; cost 1 / (1 + cost); last offer like idle.
"""

import numpy as np

from queues.candidates import Candidates
from queues.plan import Strategy
from queues.ranks import Floats, Indices

Mix = tuple[tuple[str, float], ...]
"""Strategies and their weights, in the order of their names."""
FrozenStrategy = str | Mix
"""A strategy that can be a key."""
HALF_IDLE_S = 600.0
HALF_CALLS = 10.0
HALF_TALK_S = 3600.0
FIRST_OF_ALL = float("inf")


def frozen(strategy: Strategy) -> FrozenStrategy:
    """Return a strategy as a key."""
    return strategy if isinstance(strategy, str) else tuple(sorted(strategy.items()))


def asks_for(strategy: FrozenStrategy, part: str) -> bool:
    """Tell whether a strategy is `part`, or a mix with it."""
    return strategy == part if isinstance(strategy, str) else part in dict(strategy)


def familiar_weight(strategy: FrozenStrategy) -> float:
    """Return how many points it is worth that the caller knows the agent."""
    if isinstance(strategy, str):
        return FIRST_OF_ALL if strategy == "familiar" else 0.0
    return dict(strategy).get("familiar", 0.0)


def ranking(name: str, rows: Indices, candidates: Candidates) -> Floats | None:
    """Return a number for each of `rows`, the lowest best; None: a strategy that takes them as they stand.

    Only for strategies that look at the agent alone: not for ability, and not for whom the caller knows.
    """
    match name:
        case "even-calls":
            return candidates.calls[rows].astype(np.float64)
        case "even-talk":
            return candidates.talk_s[rows]
        case "lowest-cost":
            return candidates.cost[rows]
        case "round-robin":
            return candidates.offered_at[rows]
        case _:
            return None


def shares(name: str, rows: Indices, candidates: Candidates, now: float) -> Floats:
    """Return the points of each of `rows` for a part of a mix that looks at the agent alone, from 0 to 1."""
    match name:
        case "longest-idle" | "ring-all":
            return _long_ago(now - candidates.idle_since[rows])
        case "round-robin":
            return _long_ago(now - candidates.offered_at[rows])
        case "even-calls":
            return HALF_CALLS / (HALF_CALLS + candidates.calls[rows].astype(np.float64))
        case "even-talk":
            return HALF_TALK_S / (HALF_TALK_S + candidates.talk_s[rows])
        case "lowest-cost":
            return 1.0 / (1.0 + np.maximum(candidates.cost[rows], 0.0))
        case _:
            return np.zeros(rows.size)


def _long_ago(seconds: Floats) -> Floats:
    """Return 0 for now, towards 1 for long ago; infinitely long ago is 1."""
    return 1.0 - HALF_IDLE_S / (HALF_IDLE_S + np.maximum(seconds, 0.0))
