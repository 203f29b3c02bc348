"""Where RTP may go before anything came from there."""

import pytest

from voice.media.destination import may_send, one_phone

TRUNK, PHONE_AT_HOME, PBX = "198.51.100.7", "203.0.113.9", "192.168.7.2"


@pytest.mark.parametrize(
    ("address", "port"),
    [
        ("224.0.0.1", 4000), ("239.255.255.250", 4000), ("ff02::1", 4000), ("255.255.255.255", 4000),
        ("240.0.0.1", 4000), ("0.0.0.0", 4000), ("::", 4000), ("::ffff:224.0.0.1", 4000), ("::ffff:0.0.0.0", 4000),
        ("phone.example", 4000), ("", 4000), ("198.51.100.7", 0), ("198.51.100.7", 53), ("198.51.100.7", 1023),
        ("198.51.100.7", 65536),
    ],
)  # fmt: skip
@pytest.mark.parametrize("stranger", [True, False])
def test_no_group_no_name_and_no_service_gets_audio_whoever_names_it(address: str, port: int, stranger: bool) -> None:
    assert not one_phone(address, port)
    assert not may_send(address, port, address, stranger=stranger)
    assert not may_send(address, port, "127.0.0.1", stranger=stranger)


@pytest.mark.parametrize("address", [TRUNK, "2001:db8::7", PBX, "127.0.0.1"])
@pytest.mark.parametrize("stranger", [True, False])
def test_everybody_gets_audio_where_they_called_from(address: str, stranger: bool) -> None:
    assert may_send(address, 1024, address, stranger=stranger)


@pytest.mark.parametrize("victim", ["203.0.113.200", PBX, "127.0.0.1", "::1", "2001:db8::8", "169.254.169.254"])
def test_a_stranger_cannot_have_us_send_to_somebody_else(victim: str) -> None:
    assert not may_send(victim, 4000, PHONE_AT_HOME, stranger=True)
    assert not may_send(victim, 4000, "192.168.7.3", stranger=True)


def test_a_trunk_may_have_its_media_elsewhere() -> None:
    assert may_send("198.51.100.99", 4000, TRUNK, stranger=False)
    assert may_send("2001:db8::99", 4000, TRUNK, stranger=False)


@pytest.mark.parametrize("private", ["10.1.2.3", "172.31.0.9", "192.168.0.4", "100.64.3.4", "169.254.1.1", "fd00::4"])
def test_a_private_address_counts_only_from_a_private_one(private: str) -> None:
    assert not may_send(private, 4000, PHONE_AT_HOME, stranger=False)
    assert may_send(private, 4000, PBX, stranger=False)


@pytest.mark.parametrize("source", [PHONE_AT_HOME, PBX, "2001:db8::7"])
@pytest.mark.parametrize("ours", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
def test_nobody_from_outside_reaches_what_listens_on_loopback(ours: str, source: str) -> None:
    assert not may_send(ours, 4000, source, stranger=False)
    assert may_send(ours, 4000, "127.0.0.5", stranger=False)


def test_an_address_is_the_same_however_it_is_written() -> None:
    assert may_send("::ffff:198.51.100.7", 4000, TRUNK, stranger=True)
    assert may_send("2001:DB8:0::7", 4000, "2001:db8::7", stranger=True)


def test_without_a_known_source_nothing_is_believed() -> None:
    assert not may_send(TRUNK, 4000, "", stranger=False)
