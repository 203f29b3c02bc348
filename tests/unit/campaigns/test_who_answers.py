"""What a plan says of machines and screening becomes what calls do with them."""

from typing import Any

from campaigns.plan import CampaignPlan
from campaigns.who_answers import connect_s, detect_policy


def plan(**more: Any) -> CampaignPlan:
    return CampaignPlan(name="offers", country="CN", flows=("offer",), **more)


def test_without_a_word_machines_are_hung_up_on_and_screening_ends_the_call() -> None:
    policy = detect_policy(plan())
    assert (policy.machine, policy.message, policy.screening) == ("hang_up", {}, {})


def test_a_message_and_what_screening_hears_are_said_in_the_languages_that_have_words() -> None:
    policy = detect_policy(
        plan(
            machine={"policy": "leave_message", "message": {"zh": "请回电。"}},
            screening={"name": {"en": "Hotline Bicycles.", "zh": "这里是热线，"}, "purpose": {"zh": "关于您的订单。"}},
        )
    )
    assert (policy.machine, policy.message) == ("leave_message", {"zh": "请回电。"})
    assert policy.screening == {"en": "Hotline Bicycles.", "zh": "这里是热线， 关于您的订单。"}


def test_agents_must_be_there_in_time_and_robots_need_nobody() -> None:
    assert connect_s(plan()) == 0
    assert connect_s(plan(mode="predictive", queue="sales")) == 2
