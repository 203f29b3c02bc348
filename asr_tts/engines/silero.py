"""Silero VAD at its native 8 kHz: one ONNX session for all calls, one run for a whole batch of streams."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from asr_tts.activity import FULL_SCALE, quiet

WINDOW = 256
"""32 ms, the only window the 8 kHz half of the model takes."""
CONTEXT = 32
"""Samples of the window before that the model wants to see again."""
STATE = 128
FORGETS_AFTER = 10
"""Quiet windows in a row (320 ms) after which a stream forgets most of its state: that of a word's end, kept over the
silence behind it, takes the next noise for more speech."""
KEEPS = 0.2
"""What is kept then. Of 112 onsets 3 s after a word: at 0.2 speech is found 10 ms later than with all of it, noise,
coughs and knocks never; from 0.4 on noise is taken for speech again."""
HUM_RMS, HUM_WINDOWS = 100, 10
"""The rest becomes the state of a line that hums a little: from nothing at all, speech is found 18 ms later still."""


class Memory:
    """Recurrent state of one stream, and the end of its last window (-1 to 1)."""

    __slots__ = ("context", "quiet", "state")

    def __init__(self, state: NDArray[np.float32]) -> None:
        self.quiet = 0
        self.state = state
        self.context = np.zeros(CONTEXT, np.float32)


class Silero:
    name = "silero"
    window = WINDOW

    def __init__(self, directory: Path) -> None:
        """Load `silero_vad.onnx` from `directory` into one single-threaded session."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        path = directory / "silero_vad.onnx" if directory.is_dir() else directory
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._rate = np.array(8000, np.int64)
        self._calm = np.zeros((2, STATE), np.float32)
        self._calm = self._hum()

    def warm_up(self) -> None:
        loud = np.full((4, WINDOW), 3000, np.int16)
        self.judge([self.fresh_memory() for _ in loud], loud)

    def fresh_memory(self) -> Memory:
        return Memory(self._calm)

    def _hum(self) -> NDArray[np.float32]:
        """Return the state of a line on which nobody has spoken."""
        memory = self.fresh_memory()
        hum = np.random.default_rng(0).normal(0, HUM_RMS / FULL_SCALE, (HUM_WINDOWS, WINDOW)).astype(np.float32)
        for window in hum:
            self._look([memory], window[None])
            memory.context = window[-CONTEXT:]
        return memory.state

    def judge(self, memories: Sequence[object], windows: NDArray[np.int16]) -> NDArray[np.float32]:
        """See the port. A quiet row gets 0 without a look at it; its state is kept until it has been quiet for long."""
        probabilities = np.zeros(len(windows), np.float32)
        scaled = windows.astype(np.float32) / FULL_SCALE
        silent = quiet(windows)
        rows = np.flatnonzero(~silent)
        streams = [memory for memory in memories if isinstance(memory, Memory)]
        for memory, is_quiet in zip(streams, silent, strict=True):
            memory.quiet = memory.quiet + 1 if is_quiet else 0
            if memory.quiet == FORGETS_AFTER:
                memory.state = KEEPS * memory.state + (1 - KEEPS) * self._calm
        if len(rows):
            probabilities[rows] = self._look([streams[row] for row in rows], scaled[rows])
        for memory, tail in zip(streams, scaled[:, -CONTEXT:], strict=True):
            memory.context = tail
        return probabilities

    def _look(self, memories: Sequence[Memory], scaled: NDArray[np.float32]) -> NDArray[np.float32]:
        """Let the model judge one window (-1 to 1) of each stream."""
        given = np.concatenate([np.stack([memory.context for memory in memories]), scaled], axis=1)
        state = np.stack([memory.state for memory in memories], axis=1)
        out, state = self._session.run(None, {"input": given, "state": state, "sr": self._rate})
        for place, memory in enumerate(memories):
            memory.state = state[:, place]
        return np.asarray(out[:, 0], np.float32)
