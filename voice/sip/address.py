"""Where a packet comes from or goes to: numeric addresses, ports and networks as SIP and configuration write them."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from models.errors import OperatorFault

SIP_PORT = 5060

Address = tuple[str, int]
"""Numeric address without brackets, and port."""

Network = IPv4Network | IPv6Network


@lru_cache(4096)
def numeric(host: str) -> IPv4Address | IPv6Address | None:
    """Read a literal address (brackets allowed, IPv4-mapped IPv6 becomes IPv4); None where `host` is a name."""
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        found = ip_address(bare.split("%", 1)[0])
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found


def bracketed(host: str) -> str:
    """Write a host as URIs and Via do: IPv6 in brackets, everything else as it is."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def host_and_port(text: str, owner: str) -> tuple[str, int]:
    """Split "host", "host:port", "[v6]:port" or a bare IPv6 address; port 0 where none is written.

    `owner` names the configuration key for the `OperatorFault` raised where the text is none of these.
    """
    text = text.strip()
    if numeric(text) is not None:
        return text.strip("[]"), 0
    host, colon, port = text.rpartition(":")
    if not colon:
        host, port = text, "0"
    if (
        not host
        or not (port.isascii() and port.isdecimal())
        or int(port) > 65535
        or (":" in host and numeric(host) is None)
    ):
        raise OperatorFault(f"{owner} is '{text}', which is no address: write host, host:port or [IPv6]:port.")
    return host.strip("[]"), int(port)


def network(text: str, owner: str) -> Network:
    """Read an address or a CIDR network; raise `OperatorFault` naming `owner` where it is neither."""
    try:
        return ip_network(text.strip().strip("[]"), strict=False)
    except ValueError:
        raise OperatorFault(f"{owner} has '{text}', which is no address and no network like 10.0.0.0/8.") from None
