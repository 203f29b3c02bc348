"""The next lead is found by the index: neither its buckets nor its candidates take a look through the list."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.dialects import sqlite

from campaigns.next_lead import _HEADS, Buckets, _written, candidates
from models.database import open_engine
from tests.unit.campaigns.conftest import NOON, Add, Make

EVERYWHERE = {"Asia/Shanghai": [10, 50], "Asia/Tokyo": [50], "America/New_York": [10, 50, 90]}


def test_the_heads_of_all_buckets_are_known(engine: Engine, make_campaign: Make, add_leads: Add) -> None:
    campaign, number = make_campaign(), 8613800000000
    for zone, ranks in EVERYWHERE.items():
        for rank in ranks:
            for late in range(3):
                number += 1
                due = NOON + timedelta(hours=rank - late)
                add_leads(campaign, f"+{number}", timezone=zone, rank=rank, priority=rank, due_at=due)
    add_leads(campaign, "+8613900000000", timezone="Europe/London", state="done")
    add_leads(make_campaign("other"), "+8613900000000", timezone="Europe/London")
    with engine.connect() as connection:
        buckets = Buckets(campaign.id)
        much_later = NOON + timedelta(days=9)
        found = buckets.due(connection, much_later, lambda zone: True)
        assert {(one.timezone, one.rank): one.due_at for one in found} == {
            (zone, rank): NOON + timedelta(hours=rank - 2) for zone, ranks in EVERYWHERE.items() for rank in ranks
        }
        assert [one.rank for one in found] == [90, 50, 50, 50, 10, 10]
        in_tokyo = buckets.due(connection, much_later, lambda zone: zone == "Asia/Tokyo")
        assert [(one.timezone, one.rank) for one in in_tokyo] == [("Asia/Tokyo", 50)]
        [first, *_] = candidates(connection, campaign.id, found[0], much_later, 2, [])
        assert first.lead.rank == 90
        assert found[0].due_at == NOON + timedelta(hours=89), "the head is behind those that were looked at"


def test_sqlite_searches_by_the_index_only(sqlite_pattern: Path) -> None:
    engine = open_engine(f"sqlite:///{sqlite_pattern}")
    query = str(_written((1, 2)).compile(dialect=sqlite.dialect()))
    with engine.connect() as connection:
        heads = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + str(_HEADS), {"campaign": "c"}).all()
        marks = query.count("?")
        found = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + query, ("x",) * marks).all()
    plan = "\n".join(str(row[-1]) for row in (*heads, *found))
    assert "lead_next (campaign_id=? AND timezone=? AND rank>?)" in plan
    assert "lead_next (campaign_id=? AND timezone=? AND rank=? AND due_at<?)" in plan
    assert "SEARCH do_not_call USING PRIMARY KEY (list_id=? AND number=?)" in plan
    assert "SCAN lead" not in plan
    assert "TEMP B-TREE" not in plan
