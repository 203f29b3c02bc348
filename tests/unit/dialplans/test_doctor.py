"""What the doctor finds about routes and their flows."""

from pathlib import Path

import pytest

from dialplans.doctor import examine
from dialplans.routing import routing
from models.errors import OperatorFault
from models.settings import Settings


def found(folder: Path, **dialplan: object) -> list[tuple[str, str]]:
    given = {"data": {"directory": folder / "data"}, "dialplan": {"directory": folder, **dialplan}}
    return [(finding.level, finding.sentence) for finding in examine(Settings.model_validate(given))]


def test_flows_that_can_be_used_are_named(tmp_path: Path) -> None:
    assert found(tmp_path) == [("ok", "The flows that calls are routed to can be used: reception.")]


@pytest.mark.parametrize(
    ("dialplan", "sentence"),
    [
        ({"timezone": "Beijing"}, "[dialplan] timezone can't be used: There is no time zone 'Beijing'; write one like"),
        ({"routes": []}, "No route leads anywhere: add one to [[dialplan.routes]]"),
        ({"routes": [{"flow": "recption"}]}, "A route leads to flow 'recption': There is no flow 'recption'; "),
        ({"routes": [{"flow": "reception", "hours": ["9-18"]}]},
         "A route to 'reception' can't be used: '9-18' are no opening hours; write days and hours, like"),
        ({"routes": [{"flow": "reception", "hours": ["mon 09:00-18:00"], "holidays": "China"}]},
         "A route to 'reception' can't be used: No holidays are known for 'China'"),
        ({"routes": [{"flow": "shop"}]}, "A route leads to flow 'shop': "),
    ],
)  # fmt: skip
def test_what_would_keep_the_server_from_starting_is_said_before(
    tmp_path: Path, dialplan: dict[str, object], sentence: str
) -> None:
    (tmp_path / "shop.yaml").write_text("steps:\n- step: a\n  say: Hello.\n  goto: b\n")
    ((level, told),) = found(tmp_path, **dialplan)
    assert level == "fault"
    assert told.startswith(sentence)
    if "shop" in sentence:
        assert told.endswith("shop.yaml:4:9: There is no step 'b'; write a instead.")


def test_a_wrong_time_zone_is_a_sentence_at_the_start_too() -> None:
    with pytest.raises(OperatorFault, match="timezone can't be used: There is no time zone 'Beijing'"):
        routing(Settings.model_validate({"dialplan": {"timezone": "Beijing"}}).dialplan)
