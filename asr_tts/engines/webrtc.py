"""The WebRTC speech detector in its strictest mode: cheap, the fallback where Silero is missing; less sure in noise."""

from collections.abc import Sequence

import numpy as np
import webrtcvad
from numpy.typing import NDArray

from asr_tts.activity import quiet

WINDOW = 240
"""30 ms, the longest it takes."""
MODE = 3
RATE = 8000


class Memory:
    """One detector, which adapts to the noise of its stream."""

    __slots__ = ("vad",)

    def __init__(self) -> None:
        self.vad = webrtcvad.Vad(MODE)


class WebRtc:
    name = "webrtc"
    window = WINDOW

    def warm_up(self) -> None:
        self.judge([self.fresh_memory()], np.full((1, WINDOW), 3000, np.int16))

    def fresh_memory(self) -> Memory:
        return Memory()

    def judge(self, memories: Sequence[object], windows: NDArray[np.int16]) -> NDArray[np.float32]:
        """See the port; the answer is 0 or 1."""
        probabilities = np.zeros(len(windows), np.float32)
        for row, (memory, silent) in enumerate(zip(memories, quiet(windows), strict=True)):
            if isinstance(memory, Memory) and not silent:
                probabilities[row] = memory.vad.is_speech(windows[row].tobytes(), RATE)
        return probabilities
