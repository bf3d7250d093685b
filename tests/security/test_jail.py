"""S20: the daemon works without all that the shipped unit takes away, as far as no systemd is needed to take it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import reminderbot
from tests.daemon_world import PROGRAM, Installation, Service
from tests.security.jail import HOME, REFUSED, settings
from tests.servers import needs
from tests.servers.world import MailWorld

UNIT = Path(__file__).parents[2] / "deploy" / "reminderbot.service"
UID = 64321
# What systemd does besides, and nobody here can: docs and CHANGELOG say so.
NOT_TRIED = {"MemoryMax", "TasksMax", "DevicePolicy", "RemoveIPC", "KeyringMode", "ProtectHostname", "ProtectClock",
             "ProtectKernelModules", "ProtectKernelLogs", "SystemCallArchitectures"}  # fmt: skip


@pytest.fixture
def place(tmp_path: Path, mail_world: MailWorld) -> Installation:
    needs.root("a jail")
    if any(Path(path).is_relative_to("/tmp") for path in (sys.executable, __file__)):
        pytest.skip("the jail has a /tmp of its own, and this Python or this test lies in /tmp")
    needs.binary("systemd-analyze", "systemd")
    made = Installation(
        tmp_path / "shop", mail_world.smtp_port, mail_world.imap_port, mail_world.business, mail_world.password
    )
    made.write()
    return made


def command(folder: str, *words: str) -> list[str]:
    # Without a root of its own the Python of a tester may lie where only root can go: then as root without its rights.
    uid = "0" if folder == "-" else str(UID)
    return [sys.executable, "-m", "tests.security.jail", str(UNIT), folder, uid, *words]


def environment(place: Installation, home: Path) -> dict[str, str]:
    paths = [str(Path(__file__).parents[2]), str(Path(reminderbot.__file__).parents[1])]
    more = {"PYTHONPATH": os.pathsep.join(paths), "NOTIFY_SOCKET": str(home / "notify"), "WATCHDOG_USEC": "2000000"}
    return os.environ | place.environment | more


def namespaces(place: Installation) -> str:
    """The folder to hand over, or "-" where this machine refuses namespaces."""
    done = subprocess.run(
        command(str(place.folder), "/bin/true"), env=environment(place, HOME), capture_output=True, text=True
    )
    assert done.returncode in (0, REFUSED), done.stderr
    if done.returncode == REFUSED:
        return "-"
    for path in (place.folder, *place.folder.rglob("*")):
        os.chown(path, UID, UID)
    return str(place.folder)


def run(place: Installation, folder: str, *words: str) -> str:
    """What a command says that must go well in the jail."""
    home = HOME if folder != "-" else place.folder
    done = subprocess.run(command(folder, *words), env=environment(place, home), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def jailed(place: Installation, folder: str) -> Iterator[Service]:
    home = HOME if folder != "-" else place.folder
    log = place.folder.parent / "daemon.log"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager, log.open("wb") as out:
        manager.bind(str(place.folder / "notify"))
        (place.folder / "notify").chmod(0o666)
        manager.setblocking(False)
        words = command(folder, PROGRAM, "--config", str(home / "config.toml"), "run")
        process = subprocess.Popen(
            words, stdout=out, stderr=out, stdin=subprocess.DEVNULL, env=environment(place, home)
        )
        try:
            yield Service(process, manager, log)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait(10)


def test_what_the_unit_takes_away_is_gone_and_the_line_still_works(place: Installation, mail_world: MailWorld) -> None:
    folder = namespaces(place)
    home = HOME if folder != "-" else place.folder
    program = [PROGRAM, "--config", str(home / "config.toml")]
    for words in (["import"], ["go-live", "--yes"]):
        run(place, folder, *program, *words)
    with jailed(place, folder) as service:
        service.wait_told("READY=1", 60)
        service.wait_log("action=delivered", 90)
        (letter,) = mail_world.mailbox("jane@customer.example")
        to = next(line for line in letter.decode().splitlines() if line.startswith("Reply-To:")).split()[1]
        answer = f"From: jane@customer.example\r\nTo: {to}\r\nSubject: Re\r\n\r\nThe goods never came.\r\n"
        mail_world.send("jane@customer.example", to, answer.encode())
        state = f"file:{place.folder}/state/reminderbot.db?mode=ro"
        # The reading child has its own limits, which the filter must let it set.
        service.wait_for(lambda: "dispute" in kinds(state), "the answer was read", 60)
        probed = run(place, folder, sys.executable, "-m", "tests.security.probe", str(home), str(os.getpid()))
        assert service.end(signal.SIGTERM) < 10
    assert "Traceback" not in service.log
    found = json.loads(probed)
    wrong = {what: came for what, came in found.items() if came != EXPECTED[what] and (folder != "-" or what in ALWAYS)}
    assert wrong == {}
    if folder == "-":
        pytest.skip("only the system calls were taken away: this machine lets nobody have namespaces of their own")


NO = "Operation not permitted"
EROFS = "Read-only file system"
EXPECTED: dict[str, object] = {
    "write its own folder": "done",
    "write its settings": EROFS,
    "write its secrets": EROFS,
    "write /etc": EROFS,
    "write /usr": EROFS,
    "write /var": EROFS,
    "write /tmp": "done",
    "memory to write and run": NO,
    "a raw socket": "Address family not supported by protocol",
    "a netlink socket": "Address family not supported by protocol",
    "an own namespace": NO,
    "look into another process": NO,
    "mount": NO,
    "become root": NO,
    "a program that runs as its owner": NO,
    "set the clock": NO,
    "another personality": NO,
    "run before others": NO,
    "see another process": "no",
    "capabilities": "0" * 48,
    "no new privileges": "1",
    "filters": "2",
    "umask": "0077",
    "devices": ["full", "null", "random", "urandom", "zero"],
    "homes": [],
    "set a kernel's number": EROFS,
}
# What is taken away without namespaces too.
ALWAYS = set(EXPECTED) - {
    "write its settings", "write its secrets", "write /etc", "write /usr", "write /var", "see another process",
    "devices", "homes", "become root", "set a kernel's number",
}  # fmt: skip


def kinds(state: str) -> str:
    import sqlite3

    with sqlite3.connect(state, uri=True, timeout=20) as store:
        found = ",".join(row[0] for row in store.execute("SELECT kind FROM case_file"))
    store.close()
    return found


def test_every_setting_of_the_unit_is_tried_or_named_as_not_tried() -> None:
    told = set(settings(UNIT))
    tried = set(Path(__file__).with_name("jail.py").read_text("utf-8").split('told["')[1:])
    names = {piece.partition('"')[0] for piece in tried}
    kinds = ("Protect", "Private", "Restrict", "System", "Memory", "Limit", "Device", "Remove", "Keyring", "Tasks")
    shutting = {name for name in told if name.startswith(kinds)}
    shutting |= told & {"NoNewPrivileges", "CapabilityBoundingSet", "AmbientCapabilities", "LockPersonality", "UMask"}
    # ProtectControlGroups makes read-only what ProtectSystem=strict makes so here.
    assert shutting - names == NOT_TRIED | {"ProtectControlGroups"}
