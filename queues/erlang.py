"""Erlang C: how long callers wait where calls come at random, talks are exponential, and nobody hangs up. Pure.

A. K. Erlang, "Solution of some problems in the theory of probabilities of significance in automatic telephone
exchanges", 1917; in the form of R. B. Cooper, "Introduction to Queueing Theory", 2nd ed. 1981, ch. 3 (the M/M/s queue,
served in order of arrival). The load is in erlangs: calls a second times seconds a talk.
"""

from math import exp, inf


def blocking(agents: int, load: float) -> float:
    """Return Erlang B: the share of calls that finds all agents busy where nobody may wait; by its recursion."""
    share = 1.0
    for busy in range(1, agents + 1):
        share = load * share / (busy + load * share)
    return share


def waiting(agents: int, load: float) -> float:
    """Return Erlang C: the share of callers who must wait; 1 where the load is too much for the agents."""
    if load >= agents:
        return 1.0
    share = blocking(agents, load)
    return agents * share / (agents - load * (1 - share))


def service_level(agents: int, load: float, talk_s: float, within_s: float) -> float:
    """Return the share of callers who are answered within so many seconds, talks taking `talk_s` on average."""
    if load >= agents:
        return 0.0
    return 1 - waiting(agents, load) * exp(-(agents - load) * within_s / talk_s)


def speed_of_answer(agents: int, load: float, talk_s: float) -> float:
    """Return the average seconds until a caller is answered, those who needn't wait included."""
    return inf if load >= agents else waiting(agents, load) * talk_s / (agents - load)


def agents_for(load: float, talk_s: float, within_s: float, share: float) -> int:
    """Return how many agents it takes to answer `share` (below 1) of the callers within so many seconds."""
    agents = int(load) + 1
    while service_level(agents, load, talk_s, within_s) < share:
        agents += 1
    return agents
