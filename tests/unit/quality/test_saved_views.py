import pytest

from models.errors import CannotDo
from quality import saved_views
from tests.unit.quality.conftest import NOW


def _of(records, account):
    with records.engine.connect() as connection:
        return [(one.name, dict(one.query)) for one in saved_views.of(connection, account)]


def test_a_view_of_the_same_name_takes_the_place_of_the_former_one(records):
    saved_views.keep(records.engine, "qi", "angry", {"rule": "rude"}, NOW)
    saved_views.keep(records.engine, "qi", "angry ", {"words": "投诉"}, NOW)
    assert _of(records, "qi") == [("angry", {"words": "投诉"})]


def test_others_see_what_is_shared_behind_their_own(records):
    saved_views.keep(records.engine, "qi", "a", {"rule": "rude"}, NOW, shared=True)
    saved_views.keep(records.engine, "qi", "b", {}, NOW)
    saved_views.keep(records.engine, "ann", "z", {}, NOW)
    assert [name for name, _ in _of(records, "ann")] == ["z", "a"]
    assert _of(records, "lou") == [("a", {"rule": "rude"})]


def test_only_ones_own_view_is_dropped(records):
    kept = saved_views.keep(records.engine, "qi", "a", {}, NOW, shared=True)
    with pytest.raises(CannotDo, match="Only who kept"):
        saved_views.drop(records.engine, "ann", kept, NOW)
    saved_views.drop(records.engine, "qi", kept, NOW)
    assert _of(records, "qi") == []


def test_a_view_needs_a_name_and_nobody_keeps_more_than_there_is_room_for(records):
    with pytest.raises(CannotDo, match="needs a name"):
        saved_views.keep(records.engine, "qi", " ", {}, NOW)
    for number in range(saved_views.MOST):
        saved_views.keep(records.engine, "qi", str(number), {}, NOW)
    saved_views.keep(records.engine, "qi", "0", {"rule": "rude"}, NOW)
    with pytest.raises(CannotDo, match="drop one first"):
        saved_views.keep(records.engine, "qi", "more", {}, NOW)
