"""Tries from inside of a jail what must not work there; writes what came of it as JSON."""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path


def tried(act: Callable[[], object]) -> str:
    """ "done", or the name of the error."""
    try:
        act()
    except OSError as error:
        return type(error).__name__ if error.errno is None else os.strerror(error.errno)
    return "done"


def call(name: str, *arguments: object) -> Callable[[], None]:
    def act() -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        if getattr(libc, name)(*arguments) < 0:
            raise OSError(ctypes.get_errno(), name)

    return act


def seen(home: Path) -> list[Path]:
    """What can be seen in a home, but for the Python that runs this."""
    return [path for path in home.iterdir() if not Path(sys.base_prefix).is_relative_to(path)] if home.is_dir() else []


def main(home: str, other: str) -> None:
    folder = Path(home)
    status = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":\t" in line)
    (folder / "own").write_text("x")
    found = {
        "write its own folder": "done",
        "write its settings": tried(lambda: (folder / "config.toml").write_text("x")),
        "write its secrets": tried(lambda: (folder / ".env").write_text("x")),
        "write /etc": tried(lambda: Path("/etc/reminderbot-was-here").write_text("x")),
        "write /usr": tried(lambda: Path("/usr/reminderbot-was-here").write_text("x")),
        "write /var": tried(lambda: Path("/var/lib/reminderbot-was-here").write_text("x")),
        "write /tmp": tried(lambda: Path("/tmp/reminderbot-was-here").write_text("x")),
        "memory to write and run": tried(lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)),
        "a raw socket": tried(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW)),
        "a netlink socket": tried(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)),
        "an own namespace": tried(call("unshare", 0x10000000)),
        "look into another process": tried(call("ptrace", 16, int(other), 0, 0)),
        "mount": tried(call("mount", b"tmpfs", b"/mnt", b"tmpfs", 0, None)),
        "become root": tried(lambda: os.setuid(0)),
        "a program that runs as its owner": tried(lambda: (folder / "own").chmod(0o4755)),
        "set the clock": tried(call("settimeofday", ctypes.byref((ctypes.c_long * 2)(0, 0)), None)),
        "another personality": tried(call("personality", 0x0040000)),
        "run before others": tried(lambda: os.setpriority(os.PRIO_PROCESS, 0, -5)),
        "see another process": "done" if Path(f"/proc/{other}").exists() else "no",
        "capabilities": status["CapEff"] + status["CapBnd"] + status["CapAmb"],
        "no new privileges": status["NoNewPrivs"],
        "filters": status["Seccomp"],
        "umask": status["Umask"],
        "devices": sorted(path.name for path in Path("/dev").iterdir()),
        "homes": [str(path) for home in ("/root", "/home") for path in seen(Path(home))],
        "set a kernel's number": tried(lambda: Path("/proc/sys/kernel/domainname").write_text("x")),
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
