"""Whose packets a stream takes."""

from voice.media.latch import Latch

NAMED, BEHIND_NAT, FOREIGN = ("127.0.0.52", 4000), ("127.0.0.53", 5000), ("127.0.0.54", 6000)


def negotiated(address: tuple[str, int] = NAMED, learn: bool = True) -> Latch:
    latch = Latch()
    latch.negotiated(*address, learn, now=0.0)
    return latch


def test_rtp_goes_where_sdp_says_until_a_packet_teaches_better() -> None:
    latch = negotiated()
    assert latch.target == NAMED
    assert latch.admits(BEHIND_NAT, 0.1)
    assert (latch.target, latch.locked, latch.elsewhere) == (BEHIND_NAT, BEHIND_NAT, True)


def test_what_is_learnt_is_locked() -> None:
    latch = negotiated()
    assert latch.admits(BEHIND_NAT, 0.1)
    assert not latch.admits(FOREIGN, 0.2)
    assert not latch.admits(("127.0.0.53", 5002), 0.2)
    assert latch.target == BEHIND_NAT


def test_the_very_address_of_sdp_wins_over_one_that_came_first_and_is_final() -> None:
    latch = negotiated()
    assert latch.admits(FOREIGN, 0.1)
    assert latch.admits(NAMED, 0.2)
    assert (latch.target, latch.elsewhere) == (NAMED, False)
    assert not latch.admits(FOREIGN, 0.3)


def test_without_learning_only_sdp_counts() -> None:
    latch = negotiated(learn=False)
    assert latch.locked == NAMED
    assert not latch.admits(BEHIND_NAT, 0.1)


def test_a_new_negotiation_teaches_anew() -> None:
    latch = negotiated()
    assert latch.admits(BEHIND_NAT, 0.1)
    latch.negotiated(*FOREIGN, True, now=10.0)
    assert latch.target == FOREIGN
    assert latch.admits(FOREIGN, 10.1)
    assert not latch.admits(BEHIND_NAT, 12.0)


def test_packets_still_in_flight_from_the_former_address_teach_nothing() -> None:
    latch = negotiated()
    assert latch.admits(NAMED, 0.1)
    latch.negotiated(*FOREIGN, True, now=10.0)
    assert latch.admits(NAMED, 10.1)
    assert latch.target == FOREIGN
    assert latch.admits(BEHIND_NAT, 10.2)
    assert latch.locked == BEHIND_NAT


def test_a_renegotiation_without_learning_keeps_what_was_learnt() -> None:
    latch = negotiated()
    latch.admits(BEHIND_NAT, 0.1)
    latch.negotiated(*NAMED, False, now=5.0)
    assert latch.locked == latch.target == BEHIND_NAT


def test_names_and_unspecified_addresses_are_nowhere_until_a_packet_comes() -> None:
    for address in ("0.0.0.0", "phone.example", "::", "127.0.0.52"):
        latch = Latch()
        latch.negotiated(address, 0 if address[0] == "1" else 4000, True, 0.0)
        assert latch.target is None
        assert latch.admits(BEHIND_NAT, 0.1)
        assert latch.target == BEHIND_NAT


def test_an_ipv6_address_is_compared_as_the_kernel_writes_it() -> None:
    latch = negotiated(("2001:DB8:0:0::1", 4000), learn=False)
    assert latch.locked == ("2001:db8::1", 4000)


def test_a_service_named_by_sdp_or_as_a_forged_sender_gets_nothing() -> None:
    latch = negotiated(("127.0.0.52", 53))
    assert latch.target is None
    assert not latch.admits(("127.0.0.54", 53), 0.1)
    assert latch.target is None
    assert latch.admits(BEHIND_NAT, 0.2)
    assert latch.target == BEHIND_NAT
