"""Port pairs."""

import socket

import pytest

from voice.media.media_client import share_out
from voice.media.ports import NoPort, Ports, line_to

HERE = "127.0.0.55"


def test_rtp_is_even_rtcp_is_odd_and_a_free_port_is_used_last_again() -> None:
    ports = Ports(33001, 33007)
    pairs = [ports.take(HERE) for _ in range(3)]
    numbers = [(rtp.getsockname()[1], rtcp.getsockname()[1]) for rtp, rtcp in pairs]
    assert numbers == [(33002, 33003), (33004, 33005), (33006, 33007)]
    for rtp, rtcp in pairs[:2]:
        rtp.close()
        rtcp.close()
    ports.give_back(33004)
    ports.give_back(33002)
    rtp, rtcp = ports.take(HERE)
    assert rtp.getsockname()[1] == 33004
    for end in (rtp, rtcp, *pairs[2]):
        end.close()


def test_a_used_up_range_is_a_sentence() -> None:
    with pytest.raises(NoPort, match=r"All RTP ports in 33010-33009 are in use; widen \[media\] ports\."):
        Ports(33010, 33009).take(HERE)


def test_a_port_that_somebody_else_has_is_passed_over() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((HERE, 33021))
        rtp, rtcp = Ports(33020, 33023).take(HERE)
        assert rtp.getsockname()[1] == 33022
        rtp.close()
        rtcp.close()


def test_an_address_that_is_not_ours_is_a_sentence() -> None:
    with pytest.raises(NoPort, match="No RTP port can be bound on '192\\.0\\.2\\.1'"):
        Ports(33030, 33039).take("192.0.2.1")


def test_the_range_is_shared_out_in_even_parts() -> None:
    assert share_out("20000-29999", 1) == ["20000-29999"]
    assert share_out("20001-20012", 2) == ["20002-20005", "20006-20011"]
    assert share_out("40000-40999", 3) == ["40000-40331", "40332-40665", "40666-40999"]


def test_a_line_hears_its_peer_and_the_door_all_others_and_nobody_else_gets_the_port() -> None:
    door, rtcp = Ports(33040, 33041).take(HERE)
    with (
        door,
        rtcp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger,
    ):
        peer.bind((HERE, 0))
        line = line_to(door, peer.getsockname())
        assert line is not None
        with line:
            stranger.sendto(b"stranger", (HERE, 33040))
            peer.sendto(b"peer", (HERE, 33040))
            assert (line.recv(99), door.recv(99)) == (b"peer", b"stranger")
            line.send(b"hello")
            assert peer.recvfrom(99) == (b"hello", (HERE, 33040))
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as thief:
                thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                with pytest.raises(OSError, match="in use"):
                    thief.bind((HERE, 33040))
