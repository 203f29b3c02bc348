"""RTP packets (RFC 3550 section 5.1): the 12-byte head, and the payload of packets with more than that."""

from struct import Struct

HEAD = Struct(">BBHII")
"""Version and flags, marker and payload type, sequence number, time stamp, SSRC."""
PLAIN = 0x80
"""First byte of a packet with version 2 and no padding, extension or contributing sources."""
MARKER = 0x80
WRAP = 1 << 32
HALF = 1 << 31


def payload_of(packet: bytes) -> bytes | None:
    """Return what `packet` carries; None where it is no RTP packet."""
    if len(packet) < HEAD.size or packet[0] >> 6 != 2:
        return None
    begin, end = HEAD.size + 4 * (packet[0] & 15), len(packet)
    if packet[0] & 0x10:
        if end < begin + 4:
            return None
        begin += 4 + 4 * int.from_bytes(packet[begin + 2 : begin + 4], "big")
    if packet[0] & 0x20:
        end -= packet[-1]
    return packet[begin:end] if begin <= end else None


def is_rtcp(packet: bytes) -> bool:
    """Tell RTCP from RTP on one port (RFC 5761 section 4)."""
    return len(packet) >= 8 and packet[0] >> 6 == 2 and 192 <= packet[1] <= 223


def signed(difference: int) -> int:
    """Return a difference of two 32-bit time stamps as the smaller of its two readings."""
    difference %= WRAP
    return difference - WRAP if difference >= HALF else difference
