"""Shuts a command in as `deploy/reminderbot.service` tells systemd to, where there is no systemd running.

    python -m tests.security.jail UNIT FOLDER UID COMMAND...

FOLDER becomes /mnt/reminderbot, the only place that can be written to besides /tmp. What needs cgroups (MemoryMax,
TasksMax, DevicePolicy, RemoveIPC) and what needs a service manager is left out. Ends with REFUSED where the machine
lets nobody have namespaces of their own.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import resource
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

REFUSED = 77
HOME = Path("/mnt/reminderbot")

_libc = ctypes.CDLL(None, use_errno=True)
_NEWNS, _NEWIPC, _NEWUSER = 0x20000, 0x8000000, 0x10000000
_NAMESPACES = (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000, 0x80)
_BIND, _REC, _PRIVATE = 0x1000, 0x4000, 0x40000
_MOUNT_SETATTR, _RECURSIVE, _RDONLY = 442, 0x8000, 1
_CAPBSET_DROP, _NO_NEW_PRIVS = 24, 38
_W, _X = 2, 4
_FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}


def settings(unit: Path) -> dict[str, list[str]]:
    """The unit's settings, each with all that was said of it."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text("utf-8").splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def main(unit: str, folder: str, uid: str, *command: str) -> None:
    """Shut in and become the command."""
    told = settings(Path(unit))
    # A group's calls are asked of systemd before its program can be reached no more.
    allowed = _allowed(told["SystemCallFilter"])
    if folder != "-":
        try:
            _namespaces(told, Path(folder), int(uid))
        except PermissionError as error:
            print(f"this machine lets nobody have namespaces of their own: {error}", file=sys.stderr)
            sys.exit(REFUSED)
    _rights(told, int(uid))
    _filters(told, allowed)
    os.execv(command[0], command)


# ---- what it may see


def _namespaces(told: dict[str, list[str]], folder: Path, uid: int) -> None:
    _check(_libc.unshare(_NEWNS | (_NEWIPC if told["PrivateIPC"] == ["yes"] else 0)), "unshare")
    _mount(None, Path("/"), flags=_REC | _PRIVATE)
    _mount("tmpfs", Path("/mnt"), "tmpfs", data="mode=755")
    HOME.mkdir()
    _mount(str(folder), HOME, flags=_BIND)
    for name in ("config.toml", ".env"):
        # ReadOnlyPaths=: a mount of its own keeps what is set below.
        _mount(str(HOME / name), HOME / name, flags=_BIND)
    if told["ProtectHome"] == ["yes"]:
        _hide_homes()
    if told["PrivateDevices"] == ["yes"]:
        _few_devices()
    hidden = told["ProtectProc"][0]
    _mount("proc", Path("/proc"), "proc", data=f"hidepid={hidden}")
    if told["ProtectKernelTunables"] == ["yes"]:
        _mount("/proc/sys", Path("/proc/sys"), flags=_BIND)
    assert told["ProtectSystem"] == ["strict"]
    _read_only(Path("/"), True, everything=True)
    _read_only(Path("/proc"), False)
    _read_only(HOME, False)
    if told["PrivateTmp"] == ["yes"]:
        for place in (Path("/tmp"), Path("/var/tmp")):
            _mount("tmpfs", place, "tmpfs", data="mode=1777")
    os.chdir(HOME)
    if told["PrivateUsers"] == ["yes"]:
        _own_users(uid)


def _hide_homes() -> None:
    """Empty folders in the place of homes; a Python that was built in one stays where it is looked for."""
    python = Path(sys.base_prefix).resolve()
    kept = Path("/mnt/python")
    kept.mkdir()
    _mount(str(python), kept, flags=_BIND)
    for home in filter(Path.is_dir, map(Path, ("/home", "/root", "/run/user"))):
        _mount("tmpfs", home, "tmpfs", data="mode=755")
        if python.is_relative_to(home):
            python.mkdir(parents=True)
            _mount(str(kept), python, flags=_BIND)


def _few_devices() -> None:
    shown = ("null", "zero", "full", "random", "urandom")
    kept = Path("/mnt/dev")
    kept.mkdir()
    for name in shown:
        (kept / name).touch()
        _mount(f"/dev/{name}", kept / name, flags=_BIND)
    _mount(str(kept), Path("/dev"), flags=_BIND | _REC)


def _own_users(uid: int) -> None:
    """PrivateUsers=yes: root and ourselves alone have names, and root's rights end at the door."""
    told, waiting = os.pipe()
    outside = os.getpid()
    helper = os.fork()
    if helper == 0:
        os.read(told, 1)
        for kind in ("uid_map", "gid_map"):
            Path(f"/proc/{outside}/{kind}").write_text(f"0 0 1\n{uid} {uid} 1\n")
        os._exit(0)
    _check(_libc.unshare(_NEWUSER), "unshare")
    os.write(waiting, b"!")
    if os.waitpid(helper, 0)[1]:
        raise RuntimeError("the map of users cannot be written")
    os.close(told)
    os.close(waiting)


def _mount(source: str | None, target: Path, kind: str = "", flags: int = 0, data: str = "") -> None:
    words = [word.encode() if word else None for word in (source, str(target), kind, data)]
    _check(_libc.mount(words[0], words[1], words[2], ctypes.c_ulong(flags), words[3]), f"mount {target}")


class _Attributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("attr_set", "attr_clr", "propagation", "userns_fd")]


def _read_only(place: Path, yes: bool, *, everything: bool = False) -> None:
    wanted = _Attributes(_RDONLY if yes else 0, 0 if yes else _RDONLY, 0, 0)
    flags = _RECURSIVE if everything else 0
    size = ctypes.sizeof(wanted)
    done = _libc.syscall(_MOUNT_SETATTR, -100, str(place).encode(), flags, ctypes.byref(wanted), size)
    _check(done, f"make {place} read-only")


# ---- what it may do


def _rights(told: dict[str, list[str]], uid: int) -> None:
    assert (told["CapabilityBoundingSet"], told["AmbientCapabilities"]) == ([""], [""])
    if os.geteuid() == 0:
        for capability in range(64):
            _libc.prctl(_CAPBSET_DROP, capability, 0, 0, 0)
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    os.umask(int(told["UMask"][0], 8))
    core = int(told["LimitCORE"][0])
    resource.setrlimit(resource.RLIMIT_CORE, (core, core))
    if told["NoNewPrivileges"] == ["yes"]:
        _check(_libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")


def _allowed(filters: Iterable[str]) -> frozenset[str]:
    """The system calls that SystemCallFilter= leaves."""
    found: set[str] = set()
    for line in filters:
        takes_away = line.startswith("~")
        for word in line.removeprefix("~").split():
            calls = set(_calls(word))
            found = found - calls if takes_away else found | calls
    return frozenset(found)


@functools.cache
def _calls(word: str) -> frozenset[str]:
    if not word.startswith("@"):
        return frozenset({word})
    command = ["systemd-analyze", "syscall-filter", "--no-pager", word]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")[1:]
    words = [line.strip() for line in listed if line.strip() and not line.strip().startswith("#")]
    return frozenset(call for inner in words for call in _calls(inner))


class _Compare(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


_ALLOW, _NE, _EQ, _MASKED = 0x7FFF0000, 1, 4, 7


class _Filter:
    """A seccomp filter (libseccomp); `otherwise` is what happens to calls that no rule names."""

    def __init__(self, otherwise: int) -> None:
        self._lib = ctypes.CDLL("libseccomp.so.2")
        self._lib.seccomp_init.restype = ctypes.c_void_p
        self._state = ctypes.c_void_p(self._lib.seccomp_init(ctypes.c_uint32(otherwise)))

    def add(self, action: int, name: str, *compare: tuple[int, int, int, int]) -> None:
        number = self._lib.seccomp_syscall_resolve_name(name.encode())
        if number < 0:
            # Not a call of this kind of machine.
            return
        rules = (_Compare * len(compare))(*[_Compare(*one) for one in compare])
        done = self._lib.seccomp_rule_add_array(self._state, ctypes.c_uint32(action), number, len(compare), rules)
        assert done == 0, (name, os.strerror(-done))

    def load(self) -> None:
        done = self._lib.seccomp_load(self._state)
        assert done == 0, os.strerror(-done)


def _filters(told: dict[str, list[str]], allowed: frozenset[str]) -> None:
    # What narrows single calls goes first: the second filter allows no other call to load one.
    narrowing = _Filter(_ALLOW)
    for name, compare, error in _narrowed(told):
        narrowing.add(_no(error), name, *compare)
    narrowing.load()
    by_name = _Filter(_no(getattr(errno, told["SystemCallErrorNumber"][0])))
    for name in sorted(allowed):
        by_name.add(_ALLOW, name)
    by_name.load()


Narrowed = tuple[str, tuple[tuple[int, int, int, int], ...], int]


def _narrowed(told: dict[str, list[str]]) -> Iterator[Narrowed]:
    """Each call that one of the unit's other settings forbids, and with which arguments."""
    if told["MemoryDenyWriteExecute"] == ["yes"]:
        yield "mmap", ((2, _MASKED, _W | _X, _W | _X),), errno.EPERM
        yield "mprotect", ((2, _MASKED, _X, _X),), errno.EPERM
        yield "pkey_mprotect", ((2, _MASKED, _X, _X),), errno.EPERM
        yield "shmat", ((2, _MASKED, 0o100000, 0o100000),), errno.EPERM
    families = {_FAMILIES[name] for name in told["RestrictAddressFamilies"][0].split()}
    for family in set(range(46)) - families:
        yield "socket", ((0, _EQ, family, 0),), errno.EAFNOSUPPORT
    if told["RestrictNamespaces"] == ["yes"]:
        yield "unshare", (), errno.EPERM
        yield "setns", (), errno.EPERM
        # Its flags lie in memory, where no filter sees them; the C library then takes clone.
        yield "clone3", (), errno.ENOSYS
        for flag in _NAMESPACES:
            yield "clone", ((0, _MASKED, flag, flag),), errno.EPERM
    if told["LockPersonality"] == ["yes"]:
        yield "personality", ((0, _NE, 0, 0),), errno.EPERM
    if told["RestrictRealtime"] == ["yes"]:
        for policy in (1, 2, 6):
            yield "sched_setscheduler", ((1, _EQ, policy, 0),), errno.EPERM
    if told["RestrictSUIDSGID"] == ["yes"]:
        for name, argument in (("chmod", 1), ("fchmod", 1), ("fchmodat", 2), ("mkdir", 1), ("mkdirat", 2)):
            for bit in (0o4000, 0o2000):
                yield name, ((argument, _MASKED, bit, bit),), errno.EPERM


def _no(error: int) -> int:
    return 0x00050000 | error


def _check(done: int, what: str) -> None:
    if done < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
