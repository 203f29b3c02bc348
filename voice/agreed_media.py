"""What two ends agreed on about a leg's sound, as the media worker is told it."""

from voice.line import MediaPlan, Origin
from voice.media.destination import may_send
from voice.media.media_protocol import SetRemote


def remote_of(stream: int, plan: MediaPlan, origin: Origin) -> SetRemote:
    """Return where RTP of `stream` goes; its address is "" where the peer's word for it can't be believed.

    Nothing is sent there before a packet of the peer's has shown where it is.
    """
    source = origin.address.rpartition(":")[0].strip("[]")
    believed = not plan.port or may_send(plan.address, plan.port, source, stranger=origin.kind == "unknown")
    return SetRemote(
        stream,
        plan.address if believed else "",
        plan.port,
        plan.codec,
        plan.payload_type,
        plan.ptime_ms,
        plan.digits_payload_type,
        plan.noise_payload_type,
        plan.direction,
    )


def holds(plan: MediaPlan) -> bool:
    """Tell whether the peer has put us on hold: it doesn't want to hear us."""
    return plan.port == 0 or plan.direction in ("recvonly", "inactive")
