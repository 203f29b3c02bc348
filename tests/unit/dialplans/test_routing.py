from datetime import UTC, datetime

import pytest

from dialplans.loader import loads
from dialplans.routing import Routing, files, find, routing
from models.errors import CannotDo, OperatorFault
from models.settings import DialplanSettings, RouteSettings

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
FLOW = "flow: {name}\nsteps:\n- step: a\n  hangup: Bye.\n"


def test_the_first_route_that_fits_the_number_wins():
    flows = {name: loads(FLOW.format(name=name)) for name in ("sales", "rest")}
    routes = [RouteSettings(called="+4989*", flow="sales"), RouteSettings(called="*", flow="rest")]
    table = Routing(routes, flows)
    assert table.destination("+4989123", "", NOON).flow.name == "sales"
    assert table.destination("hotline", "", NOON).flow.name == "rest"


def test_a_number_without_a_route_is_said_so():
    with pytest.raises(CannotDo, match="No route fits '99'; add one"):
        Routing([RouteSettings(called="1*", flow="a")], {"a": loads(FLOW.format(name="a"))}).destination("99", "", NOON)


def test_brackets_in_a_pattern_are_themselves():
    table = Routing([RouteSettings(called="[12]", flow="a")], {"a": loads(FLOW.format(name="a"))})
    with pytest.raises(CannotDo):
        table.destination("1", "", NOON)


def test_ones_own_flow_replaces_the_shipped_one_of_its_name(tmp_path):
    (tmp_path / "reception.yaml").write_text(FLOW.format(name="mine"))
    assert find("reception", tmp_path) == tmp_path / "reception.yaml"
    assert tmp_path / "reception.yaml" in files(tmp_path)
    settings = DialplanSettings(directory=tmp_path)
    assert routing(settings).destination("1", "", NOON).flow.name == "mine"


def test_a_flow_that_is_not_there_is_named_with_the_nearest():
    with pytest.raises(OperatorFault, match="There is no flow 'recption'; write 'reception' instead"):
        routing(DialplanSettings(routes=[RouteSettings(flow="recption")]))


def test_a_flow_with_a_mistake_keeps_the_server_from_starting(tmp_path):
    (tmp_path / "bad.yaml").write_text("steps:\n- step: a\n  goto: b\n")
    with pytest.raises(OperatorFault, match=r"bad.yaml:3:9: There is no step 'b'"):
        routing(DialplanSettings(directory=tmp_path, routes=[RouteSettings(flow="bad")]))


def _table(*routes: RouteSettings) -> Routing:
    return Routing(routes, {route.flow: loads(FLOW.format(name=route.flow)) for route in routes}, "Asia/Shanghai")


def test_a_route_may_hold_for_callers_for_hours_and_for_a_language():
    table = _table(
        RouteSettings(called="400*", caller="+852*", flow="hongkong", language="zh"),
        RouteSettings(called="400*", hours=["mon-fri 09:00-18:00"], holidays="CN", flow="day"),
        RouteSettings(flow="night"),
    )
    assert table.destination("4001", "+852123", NOON).flow.name == "hongkong"
    assert table.destination("4001", "+852123", NOON).language == "zh"
    assert table.destination("4001", "+86123", datetime(2026, 11, 23, 2, tzinfo=UTC)).flow.name == "day"
    assert table.destination("4001", "+86123", NOON).flow.name == "night", "eight in the evening in Shanghai"
    assert table.destination("4001", "+86123", datetime(2026, 10, 1, 2, tzinfo=UTC)).flow.name == "night"


def test_a_share_of_the_callers_tries_the_new_version_and_one_caller_always_fares_alike():
    table = _table(RouteSettings(flow="new", share=20), RouteSettings(flow="old"))
    callers = [f"+4930{number}" for number in range(2000)]
    went = {caller: table.destination("1", caller, NOON).flow.name for caller in callers}
    assert 0.17 < list(went.values()).count("new") / len(callers) < 0.23
    assert all(table.destination("2", caller, NOON).flow.name == name for caller, name in went.items())


def test_a_new_flow_of_a_name_is_for_new_calls():
    table = _table(RouteSettings(flow="a"))
    before = table.destination("1", "", NOON).flow
    table.replace("a", loads(FLOW.format(name="newer")))
    assert (before.name, table.destination("1", "", NOON).flow.name) == ("a", "newer")


@pytest.mark.parametrize(
    ("route", "sentence"),
    [
        ({"hours": ["mon 9"]}, "A route to 'a' can't be used: '9' are no opening hours; write from and to"),
        ({"hours": ["mon 09:00-10:00"], "timezone": "Mars"}, "There is no time zone 'Mars'"),
        ({"hours": ["mon 09:00-10:00"], "holidays": "QQ"}, "No holidays are known for 'QQ'"),
    ],
)
def test_hours_that_are_none_are_said_at_the_start(route, sentence):
    with pytest.raises(OperatorFault, match=sentence):
        _table(RouteSettings(flow="a", **route))
