"""Becomes another program that dies with its parent: run by path, before that program starts.

Usage: child.py PARENT_PID SIGNAL UID GID PROGRAM [ARGUMENT...]. UID and GID are -1 to keep the account.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
ARGUMENTS_BEFORE_PROGRAM = 5


def main(argv: list[str]) -> None:
    """Change account, tie this process to its parent, then become the program."""
    parent, death_signal, uid, gid = (int(word) for word in argv[1:ARGUMENTS_BEFORE_PROGRAM])
    program = argv[ARGUMENTS_BEFORE_PROGRAM:]
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
        os.umask(0o077)
    # After setuid: a change of account clears the parent-death signal.
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(f"{program[0]}: the launcher is gone")
    try:
        os.execv(program[0], program)  # noqa: S606  (no shell is what we want)
    except OSError as error:
        sys.exit(f"{program[0]}: {error.strerror}")


if __name__ == "__main__":
    main(sys.argv)
