"""PostgreSQL as an own process, reached over a socket in its own folder; one database per test."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tests.servers import needs
from tests.servers.process import Server

OWNER = "rb"


class Postgres:
    """A cluster without network and without fsync; as root it runs as the user postgres, which the package brings."""

    def __init__(self) -> None:
        folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        self._bin = {name: needs.binary(name, "postgresql", folders) for name in ("initdb", "postgres", "createdb")}
        self.home = Path(tempfile.mkdtemp(prefix="rb-postgres-"))
        self._numbers = itertools.count(1)
        self._options: dict[str, Any] = {"cwd": self.home}
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.home, owner.pw_uid, owner.pw_gid)
            self._options |= {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        self._server: Server | None = None

    def start(self) -> None:
        data = self.home / "data"
        made = [self._bin["initdb"], "-D", str(data), "-U", OWNER, "-A", "trust", "-N", "-E", "UTF8", "--locale=C"]
        subprocess.run(made, check=True, capture_output=True, **self._options)
        quick = ["-c", "listen_addresses=", "-c", "fsync=off"]
        command = [self._bin["postgres"], "-D", str(data), "-k", str(self.home), *quick]
        self._server = Server(command, self.home / "postgres.log", **self._options)
        self._server.wait_for(lambda: self._run("createdb", "ready") == 0)

    def create_database(self) -> str:
        """A fresh, empty database; returns its SQLAlchemy URL."""
        name = f"rb{next(self._numbers)}"
        assert self._run("createdb", name) == 0
        return f"postgresql+psycopg://{OWNER}@/{name}?host={self.home}"

    def stop(self) -> None:
        """Drop every connection and end (PostgreSQL's fast shutdown)."""
        if self._server:
            self._server.stop(signal.SIGINT)
            self._server = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> int:
        command = [self._bin[program], "-h", str(self.home), "-U", OWNER, *arguments]
        return subprocess.run(command, capture_output=True, **self._options).returncode
