"""Processes that die with the one that started them, even when that one is killed outright.

Run as a script it is a launcher: it ties itself to its parent, then becomes the command. A pipe
watched by a thread would do the same on every system but cannot be put into a foreign program
such as the broker; the kernel's parent-death signal survives `exec`.
"""

from __future__ import annotations

import os
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h
SIGKILL = 9


def die_with_parent() -> None:
    """Have the kernel kill this process when the thread that started it ends (Linux only).

    Work in progress is not lost by that: tasks are safe to cut off anywhere.
    """
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL)


def tethered(command: tuple[str, ...]) -> tuple[str, ...]:
    """The command line that runs `command` (an absolute program first) tied to this process."""
    # -S -E skip site-packages and the environment: the launcher is gone after some 15 ms.
    return (sys.executable, "-S", "-E", __file__, str(os.getpid()), *command)


def main() -> None:
    """Become the command, unless the parent died before the tie was made."""
    parent, command = int(sys.argv[1]), sys.argv[2:]
    die_with_parent()
    if os.getppid() == parent:
        os.execv(command[0], command)


if __name__ == "__main__":
    main()
