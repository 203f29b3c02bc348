"""A person's second number is called by its own clock and by the lead's, never by the first number's alone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert

from campaigns.lead_row import LeadRow
from campaigns.legal_figures import legal_figures
from campaigns.permission import Permission, Permit, Reason, Refusal
from campaigns.whereabouts import whereabouts
from models.attempt import Attempt
from models.database import table_of
from models.writing import writing
from tests.unit.campaigns.conftest import Add, Make

NEW_YORK, HONOLULU, TOLL_FREE, SHANGHAI = "+12127360123", "+18085261234", "+18005261234", "+8613800000001"
EAST = "America/New_York"
MORNING = datetime(2026, 11, 18, 9, 30, tzinfo=ZoneInfo(EAST)).astimezone(UTC)
"""Half past four in Honolulu."""


def lead(*further: str, timezone: str = EAST) -> LeadRow:
    return LeadRow(1, "c", NEW_YORK, further, timezone=timezone, region="US")


def test_a_second_number_is_called_when_it_is_day_there_and_where_the_lead_is(
    engine: Engine, make_campaign: Make
) -> None:
    campaign, permission = make_campaign(country="US"), Permission(engine)
    both = lead(HONOLULU)
    assert isinstance(permission.ask(both, NEW_YORK, campaign, MORNING), Permit)
    night = permission.ask(both, HONOLULU, campaign, MORNING)
    assert isinstance(night, Refusal)
    assert (night.reason, night.until) == (
        Reason.OUTSIDE_HOURS, datetime(2026, 11, 18, 9, tzinfo=ZoneInfo("Pacific/Honolulu")),
    )  # fmt: skip
    assert "Pacific/Honolulu" in night.sentence
    assert night.until is not None
    assert isinstance(permission.ask(both, HONOLULU, campaign, night.until), Permit)


def test_a_second_number_that_tells_no_zone_isnt_called_by_the_first_ones_clock(
    engine: Engine, make_campaign: Make
) -> None:
    campaign, permission = make_campaign(country="US"), Permission(engine)
    answer = permission.ask(lead(TOLL_FREE), TOLL_FREE, campaign, MORNING)
    assert isinstance(answer, Refusal)
    assert answer.reason is Reason.NO_TIMEZONE
    by_list = lead(TOLL_FREE, timezone="America/Toronto")
    assert isinstance(permission.ask(by_list, TOLL_FREE, campaign, MORNING), Permit)
    by_plan = make_campaign("plan", country="US", timezone=EAST)
    assert isinstance(permission.ask(lead(TOLL_FREE), TOLL_FREE, by_plan, MORNING), Permit)


def test_holidays_of_both_countries_hold() -> None:
    assert whereabouts(SHANGHAI, NEW_YORK, EAST, "US-NY", "US").regions == ("US-NY", "CN")
    assert whereabouts(HONOLULU, NEW_YORK, EAST, "US-NY", "US").regions == ("US-NY",)
    assert whereabouts(NEW_YORK, NEW_YORK, EAST, "US-NY", "US") == whereabouts("x", "x", EAST, "US-NY", "US")


def test_a_call_at_night_to_a_second_number_is_counted(engine: Engine, make_campaign: Make, add_leads: Add) -> None:
    campaign = make_campaign(country="US")
    [one] = add_leads(campaign, NEW_YORK, numbers=[HONOLULU], timezone=EAST, region="US")
    blank = {
        "campaign_id": campaign.id, "lead_id": one, "node": "a", "line": "", "caller_number": "", "mode": "robot",
        "version": "", "state": "ended", "placed_at": MORNING, "cause": "", "code": 0, "answered_by": "",
        "disposition": "", "grade": "", "call_id": "", "lines": [], "agent": "", "queue": "", "talk_s": 0.0,
        "cost": 0.0, "currency": "", "results": {}, "abandoned": False,
    }  # fmt: skip
    with writing(engine) as connection:
        rows = [{**blank, "id": number, "number": number} for number in (NEW_YORK, HONOLULU)]
        connection.execute(insert(table_of(Attempt)), rows)
        assert legal_figures(connection, campaign, MORNING)["outside_hours"] == 1
