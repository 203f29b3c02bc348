"""A flow knows the lead's columns by their names and within `lead`, and the list's lacks are known before any call."""

from campaigns.lead_variables import lead_variables, missing
from dialplans.loader import loads

FLOW = """\
flow: bills
languages: [en]
variables: [lead.name, lead.attempt, customer.name, bill.amount, city, lead.city]
steps:
  - step: bye
    hangup: Goodbye {{ customer.name }}.
"""


def test_columns_are_known_by_their_names_and_within_lead() -> None:
    found = lead_variables(
        "+8613800138000", 2, {"bill.amount": "12.50 CNY", "bill.due": "2026-12-01", "城市": "上海", "name": "x"},
        name="王芳", timezone="Asia/Shanghai",
    )  # fmt: skip
    assert found["bill"] == {"amount": "12.50 CNY", "due": "2026-12-01"}
    assert found["lead"]["name"] == "王芳"
    assert (found["lead"]["number"], found["lead"]["attempt"], found["lead"]["城市"]) == ("+8613800138000", 2, "上海")
    assert found["城市"] == "上海"


def test_what_the_list_does_not_bring_is_said_with_what_may_be_meant() -> None:
    flow = loads(FLOW)
    assert missing(flow, ["customer.name", "bill.amount", "city"]) == []
    lacking = missing(flow, ["customer.name", "bill_amount", "city"])
    assert lacking == [
        "Flow 'bills' needs the variable 'bill.amount', and the list has no such column; write 'bill_amount' instead."
    ]
