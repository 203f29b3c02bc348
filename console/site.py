"""Where the console is: its address for browsers, whether cookies need TLS, and which requests come from elsewhere."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope


@dataclass(frozen=True)
class Site:
    url: str = ""
    """As browsers reach it; "": whatever they ask for."""

    def secure(self, scope: Scope) -> bool:
        """Tell whether the browser speaks TLS: as `url` says, else as the request does (or a proxy that is trusted)."""
        return self.url.startswith("https:") if self.url else scope["scheme"] in ("https", "wss")

    def cookie(self, scope: Scope, name: str) -> str:
        """Return the name of a cookie: over TLS `__Host-…`, which no other host and no plain page can set."""
        return f"__Host-{name}" if self.secure(scope) else name

    def strange(self, scope: Scope) -> bool:
        """Tell whether a page of another site made the request; what says nothing of it isn't a browser's."""
        headers = Headers(scope=scope)
        # Newer browsers say it themselves; "none" is the person, by the address bar or a bookmark.
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return True
        origin = headers.get("origin")
        if not origin:
            return False
        if self.secure(scope) and not origin.startswith("https://"):
            return True
        host = origin.partition("://")[2]
        return host not in (headers.get("host"), urlsplit(self.url).netloc or None)


def asked_from(scope: Scope) -> str:
    """Return the address that a request comes from; "" where there is none (a Unix socket)."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def neighbourhood(address: str) -> str:
    """Return what one customer of a network has: an IPv4 address, or 2^64 of IPv6 (RFC 6177), which change at will."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return f"{IPv6Address(int(found) >> 64 << 64)}/64"
