"""Models as CTranslate2 wants them: converted once, and kept beside the weights for the next time."""

import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from asr_tts import weights

log = logging.getLogger(__name__)
_MADE = ".made-"
"""Beginning of directories that are being written; what is left of one was ended in the middle."""


@contextmanager
def converted(name: str, write: Callable[[Path], None]) -> Iterator[Path]:
    """Give the directory of a converted model; `write` puts it into an empty directory where it isn't there yet.

    It is kept as `name`, which tells the bytes of all that it is made of, so that nothing old is used. With "", or
    where nothing can be put beside the weights, it is there only meanwhile.
    """
    kept = weights.weights_directory() / name if name else None
    if kept and not (kept / "model.bin").exists():
        try:
            _convert(kept, write)
        except OSError as error:
            log.warning("what %s is can't be kept in %s (%s)", name, kept.parent, error.strerror or error)
            kept = None
    if kept:
        # What `write` holds may be large, and is of no use to who loads the model now.
        del write
        yield kept
        return
    with tempfile.TemporaryDirectory() as made:
        write(Path(made))
        del write
        yield Path(made)


def _convert(kept: Path, write: Callable[[Path], None]) -> None:
    """Put the model at `kept`, which then is whole. Raises OSError where that can't be written."""
    with weights.one_at_a_time(kept.parent):
        if (kept / "model.bin").exists():
            return
        for left in (*kept.parent.glob(f"{_MADE}*"), kept):
            shutil.rmtree(left, ignore_errors=True)
        made = Path(tempfile.mkdtemp(prefix=_MADE, dir=kept.parent))
        try:
            write(made)
            made.chmod(0o755)
            made.rename(kept)
        finally:
            shutil.rmtree(made, ignore_errors=True)


def save(spec: Any, pieces: int, unknown: int, directory: Path) -> None:
    """Write an encoder's specification, in eight bits, into `directory`; `unknown`: the number of the unknown piece.

    It is given numbers of pieces, never pieces: once all is checked, names of those behind the unknown one are left
    out, which would take 20 to 36 MB of a quarter of a million.
    """
    names = [str(number) for number in range(pieces)]
    spec.config.unk_token = names[unknown]
    spec.register_vocabulary(names)
    spec.validate()
    spec.register_vocabulary(names[: unknown + 1])
    spec.optimize(quantization="int8")
    spec.save(str(directory))
