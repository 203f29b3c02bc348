"""Inspectors for tests, as modules that an `InspectorProcess` runs: what they do is told by the data directory."""

import sys
import time
from pathlib import Path

from models.settings import Settings


def main() -> None:
    """Note the start; end at once where the directory says so, else with the input (or, deaf, never)."""
    settings = Settings.model_validate_json(sys.stdin.readline())
    directory: Path = settings.data.directory
    with (directory / "starts").open("a") as starts:
        starts.write("started\n")
    if (directory / "dies").exists():
        sys.exit(3)
    if (directory / "deaf").exists():
        time.sleep(60)
    sys.stdin.read()
    (directory / "left").touch()


if __name__ == "__main__":
    main()
