"""The media worker: one thread that does the 20 ms tick and, between two ticks, reads what came.

Nothing waits in it: no files (two helper threads have them), no names to look up, no logs. Packets are collected every
few milliseconds instead of waking for each, which costs a fifth. The interpreter's cyclic collector runs only in the
rest of a tick that is not busy.
"""

import argparse
import gc
import os
import resource
import sys
import time

from setproctitle import setproctitle

from models.child_process import CHANNEL, channel
from voice.media.control import Control
from voice.media.media_protocol import VERSION, Ready
from voice.media.ports import Ports
from voice.media.switchboard import Switchboard
from voice.media.tick import Beat
from voice.media.watch import EpollWatch

_NAP = 0.0062
"""Seconds between two looks at the sockets."""
_NARROW = 0.001
"""Seconds before a tick in which nothing is begun any more."""
_COLLECT_TICKS = 500
_SWITCH = 0.0005
"""Seconds after which a helper thread must give the interpreter back to the tick."""
PRIORITY, _HELPER_PRIORITY = 20, 10
"""Real-time priorities (sched(7)) of the tick and of the threads that help it."""
_LONGEST_LIST = 100_000


def main() -> None:
    """Run until the server closes the channel: signals are the server's affair (`models/child_process.py`)."""
    options = _options()
    setproctitle(f"hotline media {options.name}")
    many_descriptors()
    first, last = (int(each) for each in options.ports.split("-"))
    control = Control(channel(options.channel))
    watch = EpollWatch()
    beat = Beat(time.monotonic())
    board = Switchboard(Ports(first, last), beat, control.say, watch)
    realtime = options.realtime and real_time(_HELPER_PRIORITY)
    board.start()
    if realtime:
        real_time(PRIORITY)
    sys.setswitchinterval(_SWITCH)
    gc.collect()
    gc.freeze()
    gc.disable()
    watch.add(control.fileno(), lambda now: _obey(control, board, now))
    control.say(Ready(VERSION, os.getpid(), realtime))
    _run(board, control, watch, beat)
    board.stop()
    control.send()


def many_descriptors() -> None:
    """Allow as many descriptors as the system grants: a recorded call takes three, and 1024 is a common limit."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def real_time(priority: int) -> bool:
    """Ask for real-time priority for this thread and those it will start; False where the system says no."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(priority))
    except (OSError, AttributeError):
        return False
    return True


def _run(board: Switchboard, control: Control, watch: EpollWatch, beat: Beat) -> None:
    ticks = 0
    while not control.closed:
        while (rest := beat.next - time.monotonic()) > _NARROW:
            time.sleep(min(_NAP, rest - _NARROW / 2))
            watch.poll()
            board.between(time.monotonic())
            control.send()
        if rest > 0:
            time.sleep(rest)
        board.tick(beat.due(time.monotonic()))
        control.send()
        ticks += 1
        if ticks % _COLLECT_TICKS == 0:
            gc.collect(1 if board.busy else 2)


def _obey(control: Control, board: Switchboard, now: float) -> None:
    for message in control.receive():
        board.receive(message, now)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Hotline's media worker; the server starts it.")
    parser.add_argument("--ports", required=True, help="first-last UDP port")
    parser.add_argument("--name", default="1")
    parser.add_argument("--realtime", action="store_true", help="ask for real-time priority")
    parser.add_argument(CHANNEL, type=int, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
