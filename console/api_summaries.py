"""What each request of the API does, and what its fields mean, as the API's own document says it."""

from collections.abc import Mapping

SUMMARIES: Mapping[str, str] = {
    "GET /agents": "Agents with their states: all for who sees all calls, else the own team's.",
    "POST /agents": "Adds an agent; a running server goes by it at once.",
    "GET /agents/{extension}": "One agent, with the state and since when.",
    "PATCH /agents/{extension}": "Changes of an agent what is given; null is back to the default.",
    "DELETE /agents/{extension}": "Removes an agent.",
    "POST /agents/{extension}/state": "Sets an agent ready, paused (with a reason) or offline.",
    "POST /agents/{extension}/disposition": "Keeps what the agent's last talk came to.",
    "POST /calls/{call}/talk": "Gives an order to the talk of a running call: hold it, consult, transfer …",
    "POST /calls/{call}/supervision": "Has somebody's phone listen to a talk, whisper, break in, take over, or leave.",
    "GET /queues": "Queues with their figures as they are now.",
    "POST /queues": "Adds a queue; a running server goes by it at once.",
    "GET /queues/{name}": "One queue's figures.",
    "PATCH /queues/{name}": "Changes of a queue what is given; null is back to the default.",
    "DELETE /queues/{name}": "Removes a queue.",
    "GET /queues/{name}/settings": "How a queue is set up, as POST and PATCH take it.",
    "GET /queues/{name}/callers": "Who waits or talks in a queue; this is personal and on the audit trail.",
    "GET /events": "Events of queues from one on, the oldest first; these are personal and on the audit trail.",
    "GET /calls": "Calls that pass all filters given, the newest first or by `order`.",
    "GET /calls/{call_id}": "One call: figures, transcript, findings, reviews, comments; on the audit trail.",
    "GET /calls/{call_id}/scores": "What each scorecard found in a call, with the evidence.",
    "GET /calls/{call_id}/sound": "The recording as WAV (left the caller, right us), in ranges; on the audit trail.",
    "GET /reviews": "Reviews within one's scope, the newest first.",
    "GET /reviews/{review_id}": "One review: the machine, the reviewer and the decision, rule by rule.",
    "GET /sampling": "Which calls would be chosen for review now; chooses none.",
    "POST /sampling": "Chooses calls for review by the samples' quotas, and gives them to reviewers.",
    "GET /agreement": "How far the machine agrees with people, and people with one another: precision, recall, kappa.",
    "GET /board": "Figures of quality over some days, compared by agent, team, queue, campaign, flow, week or day.",
    "GET /campaigns": "Campaigns: state, leads, calls of the last day, why nothing is dialled.",
    "GET /campaigns/{name}": "One campaign.",
    "POST /campaigns/{name}/order": "Starts, pauses, resumes, drains or stops a campaign.",
}
"""By method and path."""
FIELDS: Mapping[str, str] = {
    "original": "With personal data; needs the right to the original, and is on the audit trail.",
    "words": 'Said in the call, in either language; "two words" in quotes: just so, in one turn.',
    "number": "Caller or called: the whole number, its beginning (+86138*) or its end (*8000).",
    "rule": "A rule that was broken; with `:kept` behind it one that was kept.",
    "team": "The team's name.",
    "queue": "The queue's name.",
    "agent": "The agent's extension.",
    "campaign": "The campaign's name.",
    "flow": "The flow's name.",
    "talk": "Who talked: `agent`, or `robot` alone.",
    "reviewed": "How far the review is: open, done or appealed.",
    "reviewer": "The reviewer's account.",
    "cause": "How the call ended, such as caller-hung-up.",
    "by": "What is compared.",
}
"""Of addresses, by name, where the name alone doesn't say it."""
