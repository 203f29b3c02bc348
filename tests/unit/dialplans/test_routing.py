import pytest

from dialplans.loader import loads
from dialplans.routing import Routing, files, find, routing
from models.errors import CannotDo, OperatorFault
from models.settings import DialplanSettings, RouteSettings

FLOW = "flow: {name}\nsteps:\n- step: a\n  hangup: Bye.\n"


def test_the_first_route_that_fits_the_number_wins():
    flows = {name: loads(FLOW.format(name=name)) for name in ("sales", "rest")}
    routes = [RouteSettings(called="+4989*", flow="sales"), RouteSettings(called="*", flow="rest")]
    table = Routing(routes, flows)
    assert table.flow_for("+4989123").name == "sales"
    assert table.flow_for("hotline").name == "rest"


def test_a_number_without_a_route_is_said_so():
    with pytest.raises(CannotDo, match="No route fits '99'; add one"):
        Routing([RouteSettings(called="1*", flow="a")], {"a": loads(FLOW.format(name="a"))}).flow_for("99")


def test_brackets_in_a_pattern_are_themselves():
    table = Routing([RouteSettings(called="[12]", flow="a")], {"a": loads(FLOW.format(name="a"))})
    with pytest.raises(CannotDo):
        table.flow_for("1")


def test_ones_own_flow_replaces_the_shipped_one_of_its_name(tmp_path):
    (tmp_path / "reception.yaml").write_text(FLOW.format(name="mine"))
    assert find("reception", tmp_path) == tmp_path / "reception.yaml"
    assert tmp_path / "reception.yaml" in files(tmp_path)
    settings = DialplanSettings(directory=tmp_path)
    assert routing(settings).flow_for("1").name == "mine"


def test_a_flow_that_is_not_there_is_named_with_the_nearest():
    with pytest.raises(OperatorFault, match="There is no flow 'recption'; write 'reception' instead"):
        routing(DialplanSettings(routes=[RouteSettings(flow="recption")]))


def test_a_flow_with_a_mistake_keeps_the_server_from_starting(tmp_path):
    (tmp_path / "bad.yaml").write_text("steps:\n- step: a\n  goto: b\n")
    with pytest.raises(OperatorFault, match=r"bad.yaml:3:9: There is no step 'b'"):
        routing(DialplanSettings(directory=tmp_path, routes=[RouteSettings(flow="bad")]))
