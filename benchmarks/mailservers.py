"""The mail servers on loopback: Postfix's smtp-sink and smtp-source, and a mailbox without mail."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.installation import PASSWORD, USER
from tests.servers.dovecot import Dovecot
from tests.servers.needs import PATH
from tests.servers.ports import answers, free_port, wait_until


class Lacking(Exception):
    """A program is not installed; the text names its Debian package."""


def program(name: str, package: str) -> str:
    return shutil.which(name, path=PATH) or _lacking(name, package)


def _lacking(name: str, package: str) -> str:
    raise Lacking(f"{name} is not installed: apt-get install {package}")


@contextlib.contextmanager
def sink(log: Path) -> Iterator[int]:
    """The port of a running smtp-sink, which takes every message and throws it away."""
    port = free_port()
    # It gives up its rights where it has any.
    rights = ["-u", "nobody"] if os.geteuid() == 0 else []
    command = [program("smtp-sink", "postfix"), *rights, f"127.0.0.1:{port}", "1024"]
    with log.open("wb") as file, subprocess.Popen(command, stdout=file, stderr=file) as process:
        try:
            wait_until(lambda: answers(port), "smtp-sink answers")
            yield port
        finally:
            process.terminate()


def source(port: int, letter: Path, count: int) -> float:
    """Messages a second of smtp-source with one connection that is kept, all with the bytes of `letter`."""
    command = [program("smtp-source", "postfix"), "-d", "-s", "1", "-m", str(count), "-F", str(letter)]
    began = time.perf_counter()
    subprocess.run([*command, "-f", "a@example.com", "-t", "b@example.com", f"127.0.0.1:{port}"], check=True)
    return count / (time.perf_counter() - began)


@contextlib.contextmanager
def empty_mailbox() -> Iterator[int]:
    """The port of a Dovecot whose one mailbox holds nothing."""
    program("dovecot", "dovecot-imapd")
    server = Dovecot()
    try:
        server.start()
        server.add_user(USER, PASSWORD)
        yield server.imap_port
    finally:
        server.remove()
