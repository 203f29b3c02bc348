from datetime import timedelta
from typing import Any

import pytest

from models.quality_settings import QualitySettings
from quality import reviews
from quality.sampling_board import filled, work
from tests.unit.quality.reviewing import NOW, SETTINGS, Desk, peopled, said

RULES = QualitySettings.model_validate(
    {"samples": [{"name": "a", "by": "random", "each_week": 4}, {"name": "b", "by": "fatal", "each_week": 2}]}
)


@pytest.fixture
def desk(either) -> Desk:
    desk = peopled(Desk(either))
    given: tuple[dict[str, Any], ...] = (
        {"sample": "b", "share": "201", "reviewer": "quinn"},
        {"sample": "a", "share": "201"},
        {"sample": "a", "share": "201", "due_at": NOW - timedelta(hours=1)},
        {"sample": "a", "share": "201", "blind": True},
        {"sample": "a", "share": "202", "week": "2026-W46"},
        {"sample": "gone", "share": "201"},
    )
    for number, more in enumerate(given):
        desk.call(f"d{number}", agent="201")
        desk.review(f"d{number}", more.pop("reviewer", "qi"), **{"week": "2026-W47", **more})
    return desk


def test_quotas_count_this_weeks_reviews_without_second_looks(desk):
    reviews.done(desk.engine, "r-d1-qi", "qi", 1, said(), "", NOW, settings=SETTINGS)
    with desk.engine.connect() as connection:
        found = filled(connection, RULES, NOW)
    assert [(one.sample.name, one.share, one.given, one.done) for one in found] == [
        ("a", "201", 2, 1), ("b", "201", 1, 0)
    ]  # fmt: skip


def test_reviewers_have_what_is_open_late_and_done_and_appeals_to_decide(desk):
    reviews.done(desk.engine, "r-d1-qi", "qi", 1, said(), "", NOW, settings=SETTINGS)
    reviews.appeal(desk.engine, "r-d1-qi", "ann", "no", NOW, settings=SETTINGS)
    with desk.engine.connect() as connection:
        found = {one.account: (one.team, one.open, one.late, one.done) for one in work(connection, NOW)}
    assert found == {"qi": ("blue", 5, 1, 1), "quinn": ("", 2, 0, 0), "ruth": ("red", 0, 0, 0)}
