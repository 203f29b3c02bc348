import pytest

from models.errors import CannotDo, OperatorFault
from models.settings import TrunkSettings
from voice.sip.trunk import Sign, Trunk

ONE, TWO = ("192.0.2.1", 5060), ("192.0.2.2", 5060)


def trunk(**settings):
    return Trunk(TrunkSettings(**{"name": "telecom-a", "host": "carrier.test", **settings}))


def test_a_trunk_owns_its_addresses_networks_and_what_its_name_leads_to():
    line = trunk(addresses=["198.51.100.7", "10.0.0.0/24", "2001:db8::/32"])
    line.resolved_to([("192.0.2.1", 5060)], 0)
    owned = ["198.51.100.7", "10.0.0.200", "2001:db8::5", "[2001:db8::6]", "192.0.2.1", "::ffff:10.0.0.1"]
    assert all(line.owns(address) for address in owned)
    assert not any(line.owns(address) for address in ["198.51.100.8", "10.0.1.1", "192.0.2.2", "nonsense", ""])


def test_addresses_that_name_servers_rotate_stay_the_trunks_for_an_hour():
    line = trunk()
    line.resolved_to([ONE], 0)
    line.resolved_to([TWO], 3599)
    assert line.owns(ONE[0])
    line.resolved_to([TWO], 3601)
    assert not line.owns(ONE[0])
    assert line.owns(TWO[0])


def test_a_numeric_host_is_known_at_once_with_or_without_port():
    assert trunk(host="127.0.0.41:5070").owns("127.0.0.41")
    assert trunk(host="[2001:db8::9]:5070").port == 5070
    assert trunk(host="2001:db8::9").owns("2001:db8::9")


@pytest.mark.parametrize(
    "wrong",
    [{"host": "carrier:port"}, {"host": ":5060"}, {"host": "a:70000"}, {"addresses": ["10.0.0.0/99"]}],
)
def test_what_can_not_be_read_is_the_operators_fault_and_named(wrong):
    with pytest.raises(OperatorFault, match="trunk 'telecom-a'"):
        trunk(**wrong)


def test_two_silent_checks_make_it_unavailable_and_one_answer_brings_it_back():
    line = trunk()
    assert [line.heard(sign) for sign in (Sign.SILENT, Sign.ANSWERED, Sign.SILENT)] == [False, False, False]
    assert line.available
    assert line.heard(Sign.SILENT)
    assert not line.available
    assert not line.heard(Sign.SILENT)
    assert line.heard(Sign.ANSWERED)
    assert line.available


def test_an_address_that_asked_for_rest_is_left_alone_for_that_time():
    line = trunk()
    line.rest(ONE, 30, now=100)
    assert line.rested([ONE, TWO], 129) == [TWO]
    assert line.rest_left(110) == 20
    assert line.rested([ONE, TWO], 130) == [ONE, TWO]
    assert line.rest_left(130) == 0


def test_max_calls_is_a_sentence_and_zero_means_no_limit():
    line = trunk(max_calls=2)
    line.take()
    line.take()
    with pytest.raises(CannotDo, match="Line 'telecom-a' carries 2 calls"):
        line.take()
    line.release()
    line.take()
    free = trunk()
    for _ in range(500):
        free.take()
