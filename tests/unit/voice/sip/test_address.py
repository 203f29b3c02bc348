import pytest

from models.errors import OperatorFault
from voice.sip.address import bracketed, host_and_port, network, numeric


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("127.0.0.1", ("127.0.0.1", 0)),
        ("carrier.test:5070", ("carrier.test", 5070)),
        ("[::1]:5070", ("::1", 5070)),
        ("[::1]", ("::1", 0)),
        ("2001:db8::5", ("2001:db8::5", 0)),
        (" pbx ", ("pbx", 0)),
    ],
)
def test_hosts_are_read_with_and_without_port(written, read):
    assert host_and_port(written, "host") == read


@pytest.mark.parametrize("written", ["", ":5060", "a:b", "a:1:2", "a:70000", "a:-1", "[::1", "a:１"])
def test_what_is_no_host_is_said_with_its_owner(written):
    with pytest.raises(OperatorFault, match=r"host of trunk 'a' is '.*', which is no address"):
        host_and_port(written, "host of trunk 'a'")


def test_one_address_written_in_two_ways_is_one():
    assert numeric("::ffff:10.0.0.1") == numeric("10.0.0.1")
    assert numeric("[2001:DB8::0:1]") == numeric("2001:db8::1")
    assert numeric("fe80::1%eth0") == numeric("fe80::1")
    assert numeric("carrier.test") is None


def test_ipv6_stands_in_brackets_once():
    assert [bracketed(host) for host in ("::1", "[::1]", "10.0.0.1", "a.test")] == [
        "[::1]",
        "[::1]",
        "10.0.0.1",
        "a.test",
    ]


def test_networks_may_be_written_with_host_bits():
    assert numeric("10.0.0.77") in network("10.0.0.5/24", "addresses")
    with pytest.raises(OperatorFault, match=r"addresses has '10.0.0.0/40'"):
        network("10.0.0.0/40", "addresses")
