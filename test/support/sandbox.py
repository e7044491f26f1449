"""Runs a program under what a unit file says of system calls, without a service manager: sandbox.py UNIT COMMAND...

SystemCallFilter= and RestrictSUIDSGID=, as systemd.exec(5) describes them; what is not allowed fails with EPERM.
"""

import errno
import os
import subprocess
import sys

import seccomp


def calls(name):
    """The system calls of a group, or the one that it is."""
    if not name.startswith("@"):
        return {name}
    listing = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True)
    lines = [line.strip() for line in listing.stdout.splitlines()[1:]]
    return set().union(*(calls(line) for line in lines if line and not line.startswith("#")))


def settings(unit, key):
    with open(unit, encoding="utf-8") as file:
        return [line.strip().split("=", 1)[1] for line in file if line.startswith(f"{key}=")]


unit, command = sys.argv[1], sys.argv[2:]
allowed = set(calls("@default"))
for value in settings(unit, "SystemCallFilter"):
    named = set().union(*(calls(name) for name in value.lstrip("~").split()))
    allowed = allowed - named if value.startswith("~") else allowed | named
assert settings(unit, "RestrictSUIDSGID") == ["yes"], unit
assert settings(unit, "SystemCallErrorNumber") == ["EPERM"], unit

MODES = {"chmod": 1, "fchmod": 1, "fchmodat": 2, "mkdir": 1, "mkdirat": 2}
sandbox = seccomp.SyscallFilter(defaction=seccomp.ERRNO(errno.EPERM))
for name in sorted(allowed):
    try:
        at = MODES.get(name)
        # Not with the bits that lend a file's user or group.
        rules = [] if at is None else [seccomp.Arg(at, seccomp.MASKED_EQ, 0o6000, 0)]
        sandbox.add_rule(seccomp.ALLOW, name, *rules)
    except RuntimeError:
        # Of another architecture.
        pass
sandbox.load()
os.execvp(command[0], command)
