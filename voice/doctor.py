"""What can be wrong with the line before the first call: addresses, ports, real-time priority."""

import errno
import ipaddress
import os
import socket
from collections.abc import Iterator

from models.control_client import runs
from models.doctor import Finding
from models.errors import OperatorFault
from models.settings import Settings
from voice.media.media_worker import PRIORITY
from voice.sip.address import SIP_PORT, host_and_port

PROBED_PORTS = 20
"""RTP ports tried, spread over the range: trying all of them takes too long."""


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield what is found about the phone line's prerequisites."""
    if runs(settings.data.directory):
        yield Finding("ok", "sip", "A server runs with this data directory: the ports are its own, and not looked at.")
    else:
        yield _sip_port(settings)
        yield _rtp_ports(settings)
        yield from _metrics(settings)
    yield from _public_address(settings)
    yield from _width(settings)
    yield _realtime(settings)
    yield from _trunks(settings)


def _listening(settings: Settings) -> tuple[str, int]:
    host, port = host_and_port(settings.sip.listen, "listen in [sip]")
    return host, port or SIP_PORT


def _sip_port(settings: Settings) -> Finding:
    host, port = _listening(settings)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((host, port))
        except OSError as error:
            return Finding(
                "fault",
                "sip",
                f"SIP can't listen on {settings.sip.listen} ({error.strerror}): stop what uses it, "
                "or set another address or port in [sip] listen.",
            )
    return Finding("ok", "sip", f"{settings.sip.listen} is free for SIP.")


def _public_address(settings: Settings) -> Iterator[Finding]:
    host, _ = _listening(settings)
    public = settings.sip.public_address
    if not public and _is_any(host):
        yield Finding(
            "warning",
            "sip",
            f"[sip] listen is {host}: each peer is told the address of ours that its packets came to. Behind NAT, or "
            "to register with a trunk, set [sip] public_address to the numeric address that peers reach us at.",
        )


def _is_any(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False  # a name


def _width(settings: Settings) -> Iterator[Finding]:
    first, last = (int(part) for part in settings.media.ports.split("-"))
    calls = (last - first + 1) // 2
    if calls < settings.limits.max_calls:
        yield Finding(
            "warning",
            "media",
            f"[media] ports {settings.media.ports} carry {calls} streams, fewer than [limits] max_calls "
            f"{settings.limits.max_calls}: widen the range (two ports a stream).",
        )


def _rtp_ports(settings: Settings) -> Finding:
    first, last = (int(part) for part in settings.media.ports.split("-"))
    host, _ = _listening(settings)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = 0
    probed = range(first, last + 1, max(2, (last - first) // PROBED_PORTS))
    for port in probed:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind((host, port))
            except OSError:
                taken += 1
    if taken:
        return Finding(
            "warning",
            "media",
            f"{taken} of {len(probed)} ports tried in [media] ports {settings.media.ports} are used by others; "
            "calls go round them, but choose a range of your own.",
        )
    return Finding("ok", "media", f"RTP ports {settings.media.ports} are free.")


def _metrics(settings: Settings) -> Iterator[Finding]:
    listen = settings.metrics.listen
    if not listen:
        return
    try:
        host, port = host_and_port(listen, "listen in [metrics]")
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # As the exporter does: connections that just ended don't count as somebody there.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
        yield Finding("ok", "metrics", f"{listen} is free for metrics.")
    except OperatorFault as fault:
        yield Finding("fault", "metrics", str(fault))
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        yield Finding(
            "warning" if taken else "fault",
            "metrics",
            f"Metrics can't listen on {listen} ({error.strerror}), so "
            f"{'there would be none' if taken else 'the server would not start'}: "
            "set another [metrics] listen, or an empty one for none.",
        )


def _realtime(settings: Settings) -> Finding:
    """Try what the media worker will try, in a child so that our own priority stays."""
    if not settings.media.realtime:
        return Finding("warning", "media", "[media] realtime is off: a busy machine will make audio late.")
    child = os.fork()
    if child == 0:
        try:
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(PRIORITY))
            os._exit(0)
        except OSError:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    if status == 0:
        return Finding("ok", "media", "Media workers may take real-time priority.")
    return Finding(
        "warning",
        "media",
        "Real-time priority is refused: a busy machine will make audio late. Allow it with LimitRTPRIO="
        f"{PRIORITY} in the systemd unit, or `setcap cap_sys_nice+ep` on the Python binary.",
    )


def _trunks(settings: Settings) -> Iterator[Finding]:
    for trunk in settings.sip.trunks:
        if trunk.register_with and not trunk.username:
            yield Finding("fault", "sip", f"Trunk '{trunk.name}' is to be registered with but has no username.")
        if trunk.password.startswith("env:") and trunk.password[4:] not in os.environ:
            yield Finding(
                "fault",
                "sip",
                f"Trunk '{trunk.name}' takes its password from ${trunk.password[4:]}, which is not set.",
            )
