"""What a call's words left with others: queues, callbacks, tickets, results of campaigns, suggestions of articles."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select, update

from models.attempt import Attempt
from models.callback import Callback
from models.queue_caller import QueueCaller
from models.queue_event import QueueEvent
from models.suggestion import HANDED_OVER, Suggestion, SuggestionState, Unanswered
from models.webhook_delivery import WebhookDelivery
from quality.record import WANTED

SAID = ("summary", "slots", "text")
"""What a caller said, of what travels with the caller to queues and callbacks, and was understood of a message."""
OF_TICKETS = ("ticket", "desk", "why", "waited")
"""What stays of a wish for a ticket, as it is ours."""
OF_RESULTS = ("outcome", "opt_out", "announcement", "message_left", "intents", "turns", "appointment")
"""What stays of the results of a campaign's call: what was agreed on, not how it was said, nor what was told."""


def erase_handed_on(connection: Connection, call_id: str) -> None:
    """Erase what was handed on of a call's words; messages that were left are its sound, not its words."""
    _from_results(connection, call_id)
    _from_suggestions(connection, call_id)
    for table in (QueueCaller, Callback):
        for row in connection.execute(select(table.id, table.data).where(table.call_id == call_id)).all():
            rest = {name: value for name, value in row.data.items() if name not in SAID}
            connection.execute(update(table).where(table.id == row.id).values(data=rest))
    of_call = QueueEvent.call_id == call_id, QueueEvent.name == WANTED
    for row in connection.execute(select(QueueEvent.id, QueueEvent.data).where(*of_call)).all():
        ours = {name: row.data[name] for name in OF_TICKETS if name in row.data}
        connection.execute(update(QueueEvent).where(QueueEvent.id == row.id).values(data=ours))
    given_up = WebhookDelivery.call_id == call_id, WebhookDelivery.given_up_at.is_not(None)
    connection.execute(delete(WebhookDelivery).where(*given_up))


def _from_results(connection: Connection, call_id: str) -> None:
    for row in connection.execute(select(Attempt.id, Attempt.results).where(Attempt.call_id == call_id)).all():
        ours = {name: row.results[name] for name in OF_RESULTS if name in row.results}
        connection.execute(update(Attempt).where(Attempt.id == row.id).values(results=ours))


def _from_suggestions(connection: Connection, call_id: str) -> None:
    """A suggestion that one of the call's questions stands for gets another's words; without others it goes, too."""
    asked = select(Unanswered.suggestion_id, Unanswered.question, Unanswered.why).where(Unanswered.call_id == call_id)
    rows = connection.execute(asked).all()
    connection.execute(delete(Unanswered).where(Unanswered.call_id == call_id))
    for suggestion_id in sorted({row.suggestion_id for row in rows if row.suggestion_id}):
        mine = [row for row in rows if row.suggestion_id == suggestion_id]
        answered = any(row.why == HANDED_OVER for row in mine)
        _without(connection, suggestion_id, [row.question for row in mine], answered)


def _without(connection: Connection, suggestion_id: str, mine: Sequence[str], answered: bool) -> None:
    """`answered`: an agent's suggestion has its answer from this call."""
    this = Suggestion.id == suggestion_id
    one = connection.execute(select(Suggestion.state, Suggestion.question, Suggestion.origin).where(this)).one()
    answered = answered and one.origin == "agent"
    if one.question not in mine and not answered:
        return
    others = select(Unanswered.question).where(Unanswered.suggestion_id == suggestion_id).order_by(Unanswered.id.desc())
    other = connection.scalar(others.limit(1))
    if other is None and one.state == SuggestionState.OPEN:
        connection.execute(delete(Suggestion).where(this))
        return
    # Whoever approved or discarded it decided: that stays, without the words.
    left = {"question": other or ""} if one.question in mine else {}
    connection.execute(update(Suggestion).where(this).values(**left, **({"answer": ""} if answered else {})))
