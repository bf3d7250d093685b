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

import psycopg

from tests.servers import needs
from tests.servers.process import Server

OWNER = "rb"
PROGRAMS = ("initdb", "postgres", "createdb", "dropdb")


class Postgres:
    """A cluster without network and without fsync; as root it runs as the user postgres, which the package brings."""

    def __init__(self) -> None:
        folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        self._bin = {name: needs.binary(name, "postgresql", folders) for name in PROGRAMS}
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

    def create_database(self, like: str = "template1") -> str:
        """A fresh database, empty or as the one at the URL `like` stands; returns its SQLAlchemy URL."""
        name = f"rb{next(self._numbers)}"
        assert self._run("createdb", "-T", _name(like), name) == 0
        return f"postgresql+psycopg://{OWNER}@/{name}?host={self.home}"

    def put_back(self, url: str, like: str) -> None:
        """Make the database at `url` anew as the one at `like` stands; whoever is still connected is thrown out."""
        assert self._run("dropdb", "--force", _name(url)) == 0
        assert self._run("createdb", "-T", _name(like), _name(url)) == 0

    def connected(self, url: str) -> int:
        """How many sessions the server still has on the database at `url`."""
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
        with psycopg.connect(host=str(self.home), user=OWNER, dbname="ready") as connection:
            found = connection.execute(query, (_name(url),)).fetchone()
        assert found is not None
        return int(found[0])

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


def _name(url: str) -> str:
    """The database that a URL of ours names."""
    return url.rpartition("/")[2] if "?" not in url else url.partition("?")[0].rpartition("/")[2]
