"""What agents see and hear of a caller whom the company's system knows."""

import pytest

from asr_tts.marks import unmarked
from dialplans.exchange import Handover
from queues.announcements import display, whisper
from queues.customer import NOBODY, Customer
from queues.plan import Queue

BILLING = Queue("billing", title={"en": "Billing", "zh": "账单"})
WANG = Customer("王小明", ("vip",), "201", ({"number": 1234, "state": "迟到"},))
ADA = Customer("Ada Wong", ("vip",), "201", ({"number": 1234, "state": "late"},))


def caller(customer, calls=1):
    return {"number": "1", "tags": [], "calls_today": calls, "waited_s": 5, "customer": customer.document()}


@pytest.mark.parametrize(
    ("language", "customer", "calls", "said"),
    [
        ("en", ADA, 1, "Billing. Ada Wong. An order is late."),
        ("en", ADA, 3, "Billing. Ada Wong. Call number 3 today. An order is late."),
        ("en", NOBODY, 1, "Billing. An order is late."),
        ("zh", WANG, 2, "账单。王小明。今天第2次来电。An order is late."),
        ("zh", NOBODY, 1, "账单。An order is late."),
    ],
)
def test_an_agent_hears_the_callers_name_where_it_is_known(language, customer, calls, said):
    handover = Handover("enqueue", "billing", "asked", "An order is late.")
    title, rest = whisper(BILLING, handover, caller(customer, calls), language)
    assert f"{title.text}{' ' if language == 'en' else ''}{unmarked(rest.text)}" == said


def test_what_every_caller_of_a_queue_is_announced_with_is_a_prompt_by_itself():
    """It is found in the prompt cache whoever calls, so that it is heard while the rest is still made."""
    handover = Handover("enqueue", "billing", "asked", "An order is late.")
    said = [whisper(BILLING, handover, caller(who, 2), "en", by_key=True) for who in (ADA, NOBODY)]
    assert said[0][-1] == said[1][-1]
    assert unmarked(said[0][-1].text) == "Press 1 to take the call."
    [alone] = whisper(BILLING, Handover("enqueue", "billing", "asked"), caller(NOBODY), "en")
    assert [prompts[0] for prompts in said] == [alone, alone]
    assert alone.text == "Billing."


@pytest.mark.parametrize(("language", "customer", "said"), [("en", ADA, "late"), ("zh", WANG, "迟到")])
def test_a_queues_own_whisper_can_tell_of_the_last_order(language, customer, said):
    queue = Queue("billing", whisper="{{ customer.orders.0.state }}")
    [told] = whisper(queue, Handover("enqueue", "billing", "asked"), caller(customer), language)
    assert told.text == said


def test_the_display_shows_queue_time_waited_and_the_name():
    assert display(BILLING, 102.9, "Ada Wong") == "billing 1:42 Ada Wong"
    assert display(BILLING, 42) == "billing 0:42"
