"""Whether an agent can be called is told by registrations and answers, at once and by either alone."""

from dataclasses import replace

import pytest

from queues.plan import Agent
from queues.reachability import SILENT, Reachability
from voice.sip.bindings import Binding, Bindings, Contact


class Book:
    """Remembers what it is told, as the book of agents does."""

    def __init__(self, *agents):
        self.agents = {agent.extension: agent for agent in agents}
        self.here: dict[str, bool] = {}
        self.why = ""

    def phone(self, extension, reachable, reason):
        self.here[extension], self.why = reachable, reason


def binding(user="201", host="192.0.2.7", expires_at=100.0):
    return Binding(user, Contact(f"sip:{user}@{host}"), (host, 5060), expires_at, 0.0, "c", 1)


@pytest.fixture
def bindings():
    return Bindings()


def watching(bindings, *agents):
    book = Book(*agents)
    reachability = Reachability(book, bindings, lambda: 0.0)  # type: ignore[arg-type]
    reachability.look()
    return book, reachability


def test_a_registration_makes_reachable_and_its_end_unreachable(bindings):
    book, _ = watching(bindings, Agent("201", "Anna"))
    assert book.here == {"201": False}
    bindings.update([binding()], 0, 10)
    assert book.here == {"201": True}
    bindings.expire(100)
    assert (book.here, book.why) == ({"201": False}, "phone not registered")


def test_one_of_two_phones_is_enough(bindings):
    book, _ = watching(bindings, Agent("201", "Anna"))
    bindings.update([binding(), binding(host="192.0.2.8", expires_at=50.0)], 0, 10)
    bindings.expire(50)
    assert book.here == {"201": True}


def test_one_unanswered_question_tells_and_so_does_one_answer(bindings):
    book, reachability = watching(bindings, Agent("201", "Anna"))
    bindings.update([binding()], 0, 10)
    (watched,) = reachability.watched()
    assert (watched.uri, watched.address) == ("sip:201@192.0.2.7", ("192.0.2.7", 5060))
    reachability.on_sign(watched, False)
    assert (book.here, book.why) == ({"201": False}, SILENT)
    reachability.on_sign(watched, True)
    assert book.here == {"201": True}


def test_a_silent_phone_that_registers_anew_is_there(bindings):
    book, reachability = watching(bindings, Agent("201", "Anna"))
    bindings.update([binding()], 0, 10)
    reachability.on_sign(next(reachability.watched()), False)
    bindings.update([replace(binding(), cseq=2)], 1, 10)
    assert book.here == {"201": True}


def test_an_agent_on_the_pbx_is_there_until_the_address_is_silent(bindings):
    book, reachability = watching(bindings, Agent("202", "Bo", address="sip:202@pbx.example"))
    assert book.here == {"202": True}
    (watched,) = reachability.watched()
    assert (watched.uri, watched.address) == ("sip:202@pbx.example", None)
    reachability.on_sign(watched, False)
    assert book.here == {"202": False}


def test_a_disabled_agent_is_neither_asked_nor_reachable(bindings):
    book, reachability = watching(bindings, Agent("202", "Bo", address="sip:202@pbx.example", enabled=False))
    assert book.here == {"202": False}
    assert list(reachability.watched()) == []


def test_phones_of_users_who_are_no_agents_are_nobodys_business(bindings):
    book, reachability = watching(bindings, Agent("201", "Anna"))
    bindings.update([binding("alice")], 0, 10)
    assert book.here == {"201": False}
    assert list(reachability.watched()) == []
