"""What this end says it can do: the methods, options and body types in our messages."""

METHODS = ("INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "INFO", "UPDATE", "REFER", "NOTIFY", "REGISTER")
ALLOW = ("Allow", ", ".join(METHODS))
OPTIONS = frozenset({"timer"})
"""Option tags that a request may require."""
SUPPORTED = ("Supported", "timer")
ACCEPT = ("Accept", "application/sdp")
SDP_TYPE = ("Content-Type", "application/sdp")
KEY_TYPES = ("Accept", "application/dtmf-relay, application/dtmf")
USER_AGENT = ("User-Agent", "Hotline")
SERVER = ("Server", "Hotline")
