"""What events of the media worker have in common: the clock of the stream."""

from voice.media.media_protocol import Digit, Figures, PlayEnded, PlayStarted, RecordingStarted, StreamClosed

CLOCKED = PlayStarted | PlayEnded | RecordingStarted | Figures | StreamClosed | Digit


def sample_of(event: object) -> int | None:
    """Return the stream's clock at which `event` happened, where it tells the present."""
    return event.at if isinstance(event, CLOCKED) else None
