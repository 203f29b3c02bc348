import pytest

from models.errors import CannotDo
from models.settings import TrunkSettings
from voice.line import Origin
from voice.sip.admission import Admission
from voice.sip.trunk import Trunk


def stranger(address):
    return Origin("unknown", "", address)


def test_an_unknown_address_has_its_few_calls_and_another_its_own():
    admission = Admission((), 2)
    for port in (1, 2):
        admission.take(stranger(f"192.0.2.1:{port}"))
    with pytest.raises(CannotDo, match=r"192\.0\.2\.1 is unknown and has 2 calls, max_calls of \[sip\.guard\]"):
        admission.take(stranger("192.0.2.1:3"))
    admission.take(stranger("192.0.2.2:1"))
    admission.release(stranger("192.0.2.1:1"))
    admission.take(stranger("192.0.2.1:3"))


def test_the_addresses_of_one_ipv6_network_share_their_calls():
    admission = Admission((), 1)
    admission.take(stranger("[2001:db8::1]:5060"))
    with pytest.raises(CannotDo, match="2001:db8::/64 is unknown"):
        admission.take(stranger("[2001:db8::2]:5060"))
    admission.take(stranger("[2001:db8:0:1::1]:5060"))


def test_what_is_over_is_forgotten():
    admission = Admission((), 1)
    for last in range(1, 255):
        admission.take(stranger(f"192.0.2.{last}:5060"))
    for last in range(1, 255):
        admission.release(stranger(f"192.0.2.{last}:5060"))
    assert not admission._strangers


def test_a_trunks_calls_of_both_directions_are_counted_together():
    trunk = Trunk(TrunkSettings(name="acme", host="192.0.2.1", max_calls=2))
    admission = Admission([trunk], 1)
    origin = Origin("trunk", "acme", "192.0.2.1:5060")
    trunk.take()
    admission.take(origin)
    for once_more in (trunk.take, lambda: admission.take(origin)):
        with pytest.raises(CannotDo, match="Line 'acme' carries 2 calls, its max_calls"):
            once_more()
    admission.release(origin)
    trunk.take()


@pytest.mark.parametrize("kind", ["user", "ourselves", "loopback"])
def test_whoever_is_known_and_no_trunk_is_not_counted(kind):
    admission = Admission((), 1)
    for _ in range(20):
        admission.take(Origin(kind, "x", "192.0.2.1:5060"))
