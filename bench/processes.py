"""What the processes of a server use: memory, descriptors, CPU and UDP ports, read from /proc."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Usage:
    """One process at one moment."""

    name: str
    """As in `ps`: "hotline server", "hotline media 1"."""
    pid: int
    memory_mb: float
    """Resident."""
    descriptors: int
    cpu_seconds: float


def family(pid: int) -> list[int]:
    """Return `pid` and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            parent = _parent(int(entry.name))
            if parent is not None:
                children.setdefault(parent, []).append(int(entry.name))
    found = [pid]
    for known in found:
        found += children.get(known, [])
    return found


def usage(pid: int) -> list[Usage]:
    """Return what a server and its workers use now; whoever ended meanwhile is left out."""
    found = []
    for one in family(pid):
        try:
            found.append(_usage(one))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def udp_ports(pid: int) -> int:
    """Return how many UDP sockets a server and its workers hold."""
    ours: set[str] = set()
    for one in family(pid):
        for descriptor in Path(f"/proc/{one}/fd").iterdir():
            try:
                link = os.readlink(descriptor)
            except FileNotFoundError:
                continue
            if link.startswith("socket:["):
                ours.add(link[8:-1])
    lines = [
        line.split() for name in ("udp", "udp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
    ]
    return sum(line[9] in ours for line in lines)


def _parent(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None


def _usage(pid: int) -> Usage:
    command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    memory = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    descriptors = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return Usage(command if len(command) < 30 else command[-30:], pid, round(memory, 1), descriptors, cpu)
