"""The law by construction: who may be called gets a permit, who may not is told why and until when. Both databases."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select

from campaigns.campaign_rows import StoredCampaign
from campaigns.consents import put_consent, take_back
from campaigns.do_not_call import Proof, list_named, put_numbers, take_opt_out
from campaigns.lead_row import LeadRow
from campaigns.lead_store import LeadStore
from campaigns.permission import Permission, Permit, Reason, Refusal
from models.attempt import Attempt
from models.call import new_id
from models.database import table_of
from models.errors import CannotDo, OurFault
from models.lead import Lead
from models.writing import writing
from tests.unit.campaigns.conftest import NOON, Add, Make

ANNA, BELLA = "+8613800000001", "+8613800000002"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def permission(engine: Engine) -> Permission:
    return Permission(engine)


def lead(number: str = ANNA, **columns: Any) -> LeadRow:
    return LeadRow(1, "c", number, **{"timezone": "Asia/Shanghai", "region": "CN", **columns})


def ask(
    permission: Permission, campaign: StoredCampaign, now: datetime = NOON, one: LeadRow | None = None
) -> Permit | Refusal:
    one = one or lead()
    return permission.ask(one, one.number, campaign, now)


def called(engine: Engine, ago: timedelta, number: str = ANNA, **columns: Any) -> None:
    blank = {
        "id": new_id(), "campaign_id": "another", "lead_id": 7, "node": "a", "number": number, "line": "",
        "caller_number": "", "mode": "robot", "version": "", "state": "ended", "placed_at": NOON - ago, "cause": "",
        "code": 0, "answered_by": "", "disposition": "no-answer", "grade": "", "call_id": "", "lines": [], "agent": "",
        "queue": "", "talk_s": 0.0, "cost": 0.0, "currency": "", "results": {}, "abandoned": False,
    }  # fmt: skip
    with writing(engine) as connection:
        connection.execute(insert(table_of(Attempt)).values(**{**blank, **columns}))


def refused(answer: Permit | Refusal, reason: Reason, until: datetime | None) -> bool:
    assert isinstance(answer, Refusal), "a permit was given"
    assert answer.sentence.endswith(".")
    return (answer.reason, answer.until) == (reason, until)


def test_a_permit_is_for_one_number_and_one_minute(permission: Permission, make_campaign: Make) -> None:
    campaign = make_campaign()
    permit = ask(permission, campaign)
    assert isinstance(permit, Permit)
    assert (permit.number, permit.campaign_id, permit.lead_id) == (ANNA, campaign.id, 1)
    now = NOON.timestamp()
    assert [permit.good(now + after) for after in (0, 59, 60, -1)] == [True, True, False, False]


def test_a_permit_ends_when_the_hours_do(permission: Permission, make_campaign: Make) -> None:
    campaign = make_campaign(hours=["mon-sun 09:00-20:00"])
    permit = ask(permission, campaign, NOON + timedelta(hours=7, minutes=59, seconds=30))
    assert isinstance(permit, Permit)
    eight = (NOON + timedelta(hours=8)).timestamp()
    assert [permit.good(eight + after) for after in (-30, -0.1, 0)] == [True, True, False]


def test_nobody_makes_a_permit_without_asking(permission: Permission, make_campaign: Make) -> None:
    permit = ask(permission, make_campaign())
    assert isinstance(permit, Permit)
    with pytest.raises(OurFault, match="without asking"):
        Permit(BELLA, "c", 1, NOON.timestamp(), NOON.timestamp(), object())
    with pytest.raises(ValueError, match="token"):
        dataclasses.replace(permit, number=BELLA)  # type: ignore[call-arg]
    with pytest.raises(dataclasses.FrozenInstanceError):
        permit.number = BELLA  # type: ignore[misc]
    with pytest.raises(OurFault, match="no number"):
        permission.ask(lead(), BELLA, make_campaign(), NOON)


def test_a_number_on_a_list_is_never_called(engine: Engine, permission: Permission, make_campaign: Make) -> None:
    campaign, other = make_campaign(), make_campaign("other")
    with writing(engine) as connection:
        put_numbers(connection, list_named(connection, "national", NOON), [int(ANNA[1:])], NOON)
        put_numbers(connection, list_named(connection, "theirs", NOON, "other"), [int(BELLA[1:])], NOON)
    assert refused(ask(permission, campaign), Reason.DO_NOT_CALL, None)
    assert isinstance(ask(permission, campaign, one=lead(BELLA)), Permit)
    assert refused(ask(permission, other, one=lead(BELLA)), Reason.DO_NOT_CALL, None)
    by_hand = permission.by_hand(ANNA)
    assert by_hand is not None
    assert refused(by_hand, Reason.DO_NOT_CALL, None)
    assert permission.by_hand(BELLA) is None


def test_an_opt_out_holds_everywhere_and_by_hand(engine: Engine, permission: Permission, make_campaign: Make) -> None:
    campaign = make_campaign()
    with writing(engine) as connection:
        take_opt_out(connection, Proof(ANNA, NOON, "keyed", "9", campaign.name))
        take_opt_out(connection, Proof(BELLA, NOON, "said", "别打了", campaign.name, scope="autumn"))
    assert refused(ask(permission, make_campaign("other")), Reason.OPTED_OUT, None)
    assert permission.by_hand(ANNA) is not None
    assert refused(ask(permission, campaign, one=lead(BELLA)), Reason.OPTED_OUT, None)
    assert isinstance(ask(permission, make_campaign("other"), one=lead(BELLA)), Permit)
    assert permission.by_hand(BELLA) is None


def test_an_opt_out_by_one_number_holds_for_all_of_its_owners(
    engine: Engine, permission: Permission, make_campaign: Make
) -> None:
    campaign, both = make_campaign(), lead(ANNA, numbers=(BELLA,))
    with writing(engine) as connection:
        put_numbers(connection, list_named(connection, "national", NOON), [int(BELLA[1:])], NOON)
    assert isinstance(ask(permission, campaign, one=both), Permit), "a register lists numbers and not persons"
    with writing(engine) as connection:
        take_opt_out(connection, Proof(BELLA, NOON, "said", "别打了", campaign.name))
    assert refused(ask(permission, campaign, one=both), Reason.OPTED_OUT, None)
    assert isinstance(ask(permission, campaign), Permit)


@pytest.mark.parametrize(
    "how", [{"disposition": "refused"}, {"disposition": "completed", "results": {"outcome": "refused"}}]
)
def test_who_refused_is_never_called_again(
    engine: Engine, permission: Permission, make_campaign: Make, how: dict[str, Any]
) -> None:
    called(engine, 300 * DAY, **how)
    assert refused(ask(permission, make_campaign()), Reason.REFUSED_BEFORE, None)
    assert isinstance(ask(permission, make_campaign("may", after_refusal="may")), Permit)


def test_consent_has_a_purpose_a_date_and_an_end(engine: Engine, permission: Permission, make_campaign: Make) -> None:
    campaign = make_campaign(require_consent=True, purpose="renewal")
    assert refused(ask(permission, campaign), Reason.NO_CONSENT, None)
    with writing(engine) as connection:
        put_consent(connection, ANNA, "survey", "form", NOON - DAY)
        put_consent(connection, ANNA, "renewal", "form", NOON + DAY, NOON + 9 * DAY)
    assert refused(ask(permission, campaign), Reason.NO_CONSENT, None)
    assert isinstance(ask(permission, campaign, NOON + 2 * DAY), Permit)
    assert refused(ask(permission, campaign, NOON + 9 * DAY), Reason.NO_CONSENT, None)
    with writing(engine) as connection:
        put_consent(connection, ANNA, "", "contract", NOON - DAY)
    assert isinstance(ask(permission, campaign), Permit)
    with writing(engine) as connection:
        assert take_back(connection, ANNA, NOON) == 3
    assert refused(ask(permission, campaign), Reason.NO_CONSENT, None)


@pytest.mark.parametrize(
    ("consent", "holds"),
    [
        ({"source": "网站", "given_at": "2026-10-01T00:00:00+08:00"}, True),
        ({"source": "网站", "given_at": "2026-12-01T00:00:00+08:00"}, False),
        ({"source": "网站", "given_at": "2026-10-01T00:00:00", "until": "2026-11-01T00:00:00"}, False),
        ({"source": "", "given_at": "2026-10-01T00:00:00"}, False), ({"source": "网站"}, False),
    ],
)  # fmt: skip
def test_consent_may_come_with_the_list(
    permission: Permission, make_campaign: Make, consent: dict[str, Any], holds: bool
) -> None:
    answer = ask(permission, make_campaign(require_consent=True), one=lead(consent=consent))
    assert isinstance(answer, Permit) is holds


def test_consent_that_was_taken_back_doesnt_hold_because_a_list_brings_it(
    engine: Engine, permission: Permission, make_campaign: Make
) -> None:
    campaign = make_campaign(require_consent=True, purpose="renewal")
    on_list = {"source": "网站", "given_at": (NOON - 9 * DAY).isoformat()}
    one = lead(numbers=(BELLA,), consent=on_list)
    with writing(engine) as connection:
        assert take_back(connection, ANNA, NOON - 5 * DAY, "survey") == 0
    assert isinstance(ask(permission, campaign, one=one), Permit), "that was another purpose"
    with writing(engine) as connection:
        assert take_back(connection, BELLA, NOON - 2 * DAY) == 0
    assert refused(ask(permission, campaign, one=one), Reason.NO_CONSENT, None)
    assert isinstance(ask(permission, campaign, NOON - 3 * DAY, one), Permit)
    again = lead(numbers=(BELLA,), consent={**on_list, "given_at": (NOON - DAY).isoformat()})
    assert isinstance(ask(permission, campaign, one=again), Permit), "they agreed anew"


def test_how_often_counts_a_persons_numbers_over_all_campaigns(
    engine: Engine, permission: Permission, make_campaign: Make
) -> None:
    campaign = make_campaign(frequency=[{"times": 2, "days": 1}, {"times": 3, "days": 7}])
    called(engine, 20 * HOUR)
    called(engine, 2 * HOUR, BELLA)
    both = lead(ANNA, numbers=(BELLA,))
    assert refused(ask(permission, campaign, one=both), Reason.FREQUENCY, NOON + 4 * HOUR)
    assert isinstance(ask(permission, campaign), Permit)
    assert isinstance(ask(permission, campaign, NOON + 4 * HOUR, both), Permit)
    called(engine, 3 * DAY)
    assert refused(ask(permission, campaign, one=both), Reason.FREQUENCY, NOON + 4 * DAY)


def test_a_call_that_rang_nowhere_is_no_call_to_the_person(
    engine: Engine, permission: Permission, make_campaign: Make
) -> None:
    campaign = make_campaign(frequency=[{"times": 1, "days": 1}])
    called(engine, HOUR, disposition="congestion")
    assert isinstance(ask(permission, campaign), Permit)
    called(engine, HOUR, disposition="failed", ringing_at=NOON - HOUR)
    assert refused(ask(permission, campaign), Reason.FREQUENCY, NOON + 23 * HOUR)


def test_a_call_that_was_answered_counts_whatever_came_of_it(
    engine: Engine, permission: Permission, make_campaign: Make
) -> None:
    campaign = make_campaign(frequency=[{"times": 1, "days": 1}])
    called(engine, HOUR, disposition="failed", answered_at=NOON - HOUR)
    assert refused(ask(permission, campaign), Reason.FREQUENCY, NOON + 23 * HOUR)


def test_an_abandoned_call_is_followed_by_72_hours_of_rest(
    engine: Engine, permission: Permission, make_campaign: Make
) -> None:
    called(engine, 70 * HOUR, abandoned=True, answered_at=NOON - 70 * HOUR)
    assert refused(ask(permission, make_campaign()), Reason.ABANDONED, NOON + 2 * HOUR)
    assert isinstance(ask(permission, make_campaign(), NOON + 2 * HOUR), Permit)
    preview = make_campaign("preview", mode="preview", queue="sales")
    assert isinstance(ask(permission, preview), Permit), "an agent is there before the call"


def test_who_is_being_called_is_not_called_by_another_campaign(
    engine: Engine, permission: Permission, make_campaign: Make
) -> None:
    called(engine, timedelta(seconds=20), state="ringing", disposition="")
    answer = ask(permission, make_campaign())
    assert isinstance(answer, Refusal)
    assert answer.reason is Reason.BEING_CALLED
    assert answer.until is not None
    assert answer.until > NOON


def test_outside_the_hours_the_answer_says_when(permission: Permission, make_campaign: Make) -> None:
    campaign = make_campaign(hours=["mon-fri 09:00-18:00"])
    friday_evening, monday = NOON.replace(day=20, hour=11), NOON.replace(day=23, hour=1)
    assert refused(ask(permission, campaign, friday_evening), Reason.OUTSIDE_HOURS, monday)
    assert refused(ask(permission, campaign, one=lead(timezone="")), Reason.NO_TIMEZONE, None)
    nation = make_campaign("nation", holidays="CN")
    national_day = NOON.replace(month=10, day=1)
    answer = ask(permission, nation, national_day)
    assert isinstance(answer, Refusal)
    assert answer.reason is Reason.HOLIDAY


def test_two_campaigns_with_permits_for_one_person_call_them_once(
    engine: Engine, permission: Permission, make_campaign: Make, add_leads: Add
) -> None:
    once = [{"times": 1, "days": 7}]
    first, second = make_campaign("first", frequency=once), make_campaign("second", frequency=once)
    add_leads(first, ANNA, numbers=[BELLA])
    add_leads(second, BELLA, numbers=[ANNA])
    attempts = []
    for campaign in (first, second):
        [one] = LeadStore(engine).take(campaign.id, NOON, 1, campaign.name)
        assert isinstance(ask(permission, campaign, one=one), Permit)
        attempts.append(
            {"id": new_id(), "campaign_id": campaign.id, "lead_id": one.id, "node": campaign.name,
             "number": one.number, "placed_at": NOON}
        )  # fmt: skip
    together = Barrier(2)

    def dial(attempt: dict[str, Any]) -> str:
        store = LeadStore(engine)
        together.wait(10)
        try:
            store.dialling(attempt)
        except CannotDo as fault:
            return str(fault)
        return ""

    with ThreadPoolExecutor(2) as pool:
        went, stayed = sorted(pool.map(dial, attempts))
    assert went == ""
    assert "1 calls in 7 days" in stayed
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(table_of(Attempt))) == 1
        states = connection.execute(select(Lead.state, Lead.attempts).order_by(Lead.attempts)).all()
    assert [tuple(row) for row in states] == [("leased", 0), ("calling", 1)], "the other one is put back by its dialler"


def test_an_opt_out_after_the_permit_keeps_the_call_from_leaving(
    engine: Engine, permission: Permission, make_campaign: Make, add_leads: Add
) -> None:
    campaign, store = make_campaign(), LeadStore(engine)
    add_leads(campaign, ANNA)
    [one] = store.take(campaign.id, NOON, 1, "a")
    assert isinstance(ask(permission, campaign, one=one), Permit)
    with writing(engine) as connection:
        put_numbers(connection, list_named(connection, "national", NOON), [int(ANNA[1:])], NOON)
    with pytest.raises(CannotDo, match=r"'national'.*after the permit"):
        store.dialling(
            {"id": "x", "campaign_id": campaign.id, "lead_id": one.id, "node": "a", "number": ANNA, "placed_at": NOON}
        )
