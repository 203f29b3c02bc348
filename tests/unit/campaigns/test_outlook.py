"""What a campaign has before it: who can be called today, and who stands on lists meanwhile. On both databases."""

from datetime import timedelta

from sqlalchemy import Engine, event, insert

from campaigns.campaign_rows import campaign_named, moved, removed
from campaigns.consents import TAKEN_BACK, put_consent, take_back
from campaigns.do_not_call import list_named, put_numbers
from campaigns.lead_store import LeadStore
from campaigns.outlook import outlook
from campaigns.permission import Permission, Permit
from models.campaign import CampaignMove
from models.consent import Consent
from models.database import table_of
from models.writing import writing
from tests.unit.campaigns.conftest import NOON, Add, Make
from tests.unit.campaigns.test_lead_store import NUMBERS, attempt


def test_today_are_those_who_are_due_and_open_before_the_day_ends(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    campaign = make_campaign(hours=["mon-sun 09:00-18:00"])
    add_leads(campaign, *NUMBERS[:3])
    add_leads(campaign, NUMBERS[3], due_at=NOON + timedelta(hours=5))
    add_leads(campaign, NUMBERS[4], due_at=NOON + timedelta(hours=7))
    add_leads(campaign, NUMBERS[5], timezone="America/New_York", region="US")
    add_leads(campaign, NUMBERS[6], state="done")
    with engine.connect() as connection:
        found = outlook(connection, campaign, NOON)
    assert (found.waiting, found.today, found.states) == (6, 4, {"new": 6, "done": 1})
    shanghai, new_york = found.zones
    assert (shanghai.leads, shanghai.today, shanghai.opens) == (5, 4, NOON)
    assert shanghai.closes == NOON + timedelta(hours=6)
    assert (new_york.leads, new_york.today) == (1, 0)
    assert new_york.opens == NOON + timedelta(hours=10)
    assert set(found.sample) == set(NUMBERS[:6])


def test_who_will_be_refused_is_counted(engine: Engine, make_campaign: Make, add_leads: Add) -> None:
    campaign = make_campaign(require_consent=True, purpose="survey", frequency=[{"times": 1, "days": 1}])
    agreed = {"source": "form", "given_at": "2026-10-01T00:00:00+00:00"}
    add_leads(campaign, *NUMBERS[:4], consent=agreed)
    add_leads(campaign, *NUMBERS[4:6])
    with writing(engine) as connection:
        put_numbers(connection, list_named(connection, "national", NOON), [int(NUMBERS[0][1:]), 4420], NOON)
        put_consent(connection, NUMBERS[4], "survey", "form", NOON - timedelta(days=9))
        put_consent(connection, NUMBERS[5], "renewal", "form", NOON - timedelta(days=9))
    other = make_campaign("other")
    add_leads(other, NUMBERS[1])
    store = LeadStore(engine)
    [lead] = store.take(other.id, NOON, 1, "a")
    store.dialling(attempt(lead, at=NOON - timedelta(hours=1)))
    with engine.connect() as connection:
        found = outlook(connection, campaign, NOON)
    assert (found.waiting, found.listed, found.without_consent, found.too_often) == (6, 1, 1, 1)
    assert found.today == 3


def test_who_took_consent_back_is_counted_as_without(engine: Engine, make_campaign: Make, add_leads: Add) -> None:
    campaign = make_campaign(require_consent=True, purpose="survey")
    day = timedelta(days=1)
    agreed = {"source": "form", "given_at": (NOON - 9 * day).isoformat()}
    add_leads(campaign, *NUMBERS[:4], consent=agreed)
    add_leads(campaign, NUMBERS[4], numbers=[NUMBERS[9]], consent=agreed)
    add_leads(campaign, NUMBERS[5], consent={**agreed, "until": (NOON - day).isoformat()})
    add_leads(campaign, NUMBERS[6], consent={**agreed, "given_at": (NOON + day).isoformat()})
    add_leads(campaign, NUMBERS[7], consent={**agreed, "until": (NOON + day).isoformat()})
    with writing(engine) as connection:
        take_back(connection, NUMBERS[0], NOON - day)
        take_back(connection, NUMBERS[1], NOON - day, "renewal")
        take_back(connection, NUMBERS[2], NOON - 10 * day)
        take_back(connection, NUMBERS[3], NOON - day)
        put_consent(connection, NUMBERS[3], "survey", "call", NOON - day / 2)
        take_back(connection, NUMBERS[9], NOON - day, "survey")
    with engine.connect() as connection:
        found = outlook(connection, campaign, NOON)
    store, permission = LeadStore(engine), Permission(engine)
    refused = {
        lead.number
        for lead in store.take(campaign.id, NOON, 9, "a")
        if not isinstance(permission.ask(lead, lead.number, campaign, NOON), Permit)
    }
    assert refused == {NUMBERS[0], *NUMBERS[4:7]}, "the law's own word"
    assert (found.without_consent, found.today) == (4, 4)


def test_who_took_consent_back_is_asked_about_by_the_thousand(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    campaign = make_campaign(require_consent=True, purpose="survey")
    day = timedelta(days=1)
    numbers = [f"+86138{n:08}" for n in range(2100)]
    add_leads(campaign, *numbers, consent={"source": "form", "given_at": (NOON - 9 * day).isoformat()})
    back = {"purpose": "survey", "source": TAKEN_BACK, "given_at": NOON - day, "until": NOON - day, "proof": ""}
    again = {**back, "source": "call", "given_at": NOON - day / 2, "until": None}
    rows = [{**back, "id": f"b{number}", "number": number} for number in numbers]
    # Twice by three of them: a person counts once.
    rows += [{**again, "id": f"{n}{number}", "number": number} for number in numbers[-3:] for n in "cd"]
    with writing(engine) as connection:
        connection.execute(insert(table_of(Consent)), rows)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    with engine.connect() as connection:
        found = outlook(connection, campaign, NOON)
    assert (found.waiting, found.without_consent) == (2100, 2097)
    assert len(asked) < 20


def test_a_removed_campaign_takes_its_leads_along_and_leaves_what_was_dialled(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    campaign = make_campaign()
    add_leads(campaign, *NUMBERS[:3])
    with writing(engine) as connection:
        moved(connection, campaign.id, CampaignMove.START, NOON)
        moved(connection, campaign.id, CampaignMove.STOP, NOON)
        assert removed(connection, campaign_named(connection, campaign.name), NOON, called_too=True) == 3
    again = make_campaign()
    assert again.id != campaign.id
    with engine.connect() as connection:
        assert outlook(connection, again, NOON).waiting == 0
