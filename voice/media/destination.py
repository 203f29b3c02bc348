"""Where RTP may go on a peer's word alone, before a packet from there has shown that somebody listens. Pure.

Whoever calls us writes any address into SDP. Sent there unasked, our audio would flood a third party (the "voice
hammer" of RFC 5245 section 18.5.1) or knock on doors of our own network. What is refused here is refused only until the
peer's first packet: by that `Latch` learns where it really is, which is how phones behind NAT are reached anyway.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Numeric = IPv4Address | IPv6Address
LOWEST_PORT = 1024
"""Below it are name servers and the like: no phone hears RTP there, and a NAT keeps what is above above (RFC 4787)."""
BEHIND_NAT = [
    ip_network(each)
    for each in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"),
        *("fc00::/7", "fe80::/10"),
    )
]
"""Networks that mean another place to everybody (RFC 1918, 6598, 3927, 4193, 4291)."""


def one_phone(address: str, port: int) -> bool:
    """Tell whether one phone may be at a numeric address: no group, no name, and no port of a service."""
    found = numeric(address)
    if found is None or not LOWEST_PORT <= port <= 65535:
        return False
    return not (found.is_multicast or found.is_unspecified or (found.version == 4 and found.is_reserved))


def may_send(address: str, port: int, source: str, *, stranger: bool) -> bool:
    """Tell whether RTP may go to what SDP names; `source` is the numeric address that the signalling came from.

    A stranger (neither trunk nor registered user) is sent audio only to where it called from. Of others a public
    address is believed; one that means another place here than there only where the signalling came from such a
    place too, and loopback only from loopback.
    """
    named, caller = numeric(address), numeric(source)
    if named is None or caller is None or not one_phone(address, port):
        return False
    if named == caller or caller.is_loopback:
        return True
    if stranger or named.is_loopback:
        return False
    return not _behind_nat(named) or _behind_nat(caller)


def numeric(address: str) -> Numeric | None:
    """Read a literal address (IPv4-mapped IPv6 becomes IPv4); None where it is a name."""
    try:
        found = ip_address(address)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def _behind_nat(address: Numeric) -> bool:
    return any(address in network for network in BEHIND_NAT)
