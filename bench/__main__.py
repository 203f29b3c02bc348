"""`python -m bench` runs every figure (`--short`: quickly); `list` names them; NAME … runs those, `--help` tells."""

import subprocess
import sys
from pathlib import Path

AIDS = {
    "__main__", "chinese_encoder_training", "closed_ear_training", "encoder_training", "knowledge_bar", "pyvoip_peer",
    "rtp_load", "server_with_people",
}  # fmt: skip
"""Files that can be run too but are no figures of their own."""


def figures() -> list[str]:
    """Return the names of all figures."""
    here = Path(__file__).parent
    return sorted(
        path.stem
        for path in here.glob("*.py")
        if path.stem not in AIDS and '__name__ == "__main__"' in path.read_text(encoding="utf-8")
    )


def _told(name: str) -> str:
    """What a figure's file says of it."""
    return (Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8").split('"""')[1].strip()


def main() -> int:
    """Run what was asked for; return how many figures failed or missed a bound."""
    names = [name for name in sys.argv[1:] if not name.startswith("-")]
    options = [name for name in sys.argv[1:] if name.startswith("-")]
    if names == ["list"]:
        for name in figures():
            print(f"{name:20} {_told(name).splitlines()[0]}")
        return 0
    unknown = [name for name in names if name not in figures()]
    if unknown:
        print(f"There is no figure '{unknown[0]}'; `python -m bench list` names them.", file=sys.stderr)
        return 2
    if "--help" in options:
        print("\n\n".join(map(_told, names)) or __doc__)
        return 0
    missed = 0
    for name in names or figures():
        missed += subprocess.run([sys.executable, "-m", f"bench.{name}", *options], check=False).returncode != 0
    return missed


if __name__ == "__main__":
    sys.exit(main())
