"""Packets from media workers, taken apart."""

import socket
from pathlib import Path

import pytest

from asr_tts import audio_door
from asr_tts.speech_protocol import AUDIO_HEAD, FRAME_BYTES, WITH_REFERENCE

HEARD, SENT = b"h" * FRAME_BYTES, b"s" * FRAME_BYTES


def test_frames_with_and_without_reference_share_a_packet() -> None:
    packet = AUDIO_HEAD.pack(7, 160, 0) + HEARD + AUDIO_HEAD.pack(8, 320, WITH_REFERENCE) + HEARD + SENT
    assert list(audio_door.frames(packet)) == [(7, 160, HEARD, b""), (8, 320, HEARD, SENT)]


@pytest.mark.parametrize("kept", [0, 5, AUDIO_HEAD.size, AUDIO_HEAD.size + 100])
def test_a_torn_frame_is_left_out(kept: int) -> None:
    packet = AUDIO_HEAD.pack(7, 160, 0) + HEARD
    assert list(audio_door.frames(packet + packet[:kept])) == [(7, 160, HEARD, b"")]


def test_several_media_workers_may_come_and_go(tmp_path: Path) -> None:
    path = tmp_path / "audio"
    path.touch()
    with audio_door.open_door(path) as door:
        for sent in (b"one", b"two"):
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as media:
                media.connect(str(path))
                ours, _ = door.accept()
                ours.setblocking(False)
                media.send(sent)
                assert list(audio_door.packets(ours)) == [sent]
            with pytest.raises(EOFError):
                list(audio_door.packets(ours))
            ours.close()
