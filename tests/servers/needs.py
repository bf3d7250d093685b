"""What a test server needs on this machine: missing is a failure in CI and a skip with its reason elsewhere."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import pytest

# Servers live outside an ordinary user's PATH on Debian.
PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", "/sbin"])


def binary(name: str, package: str, folders: Iterable[Path] = ()) -> str:
    """Where the program is; `package` is the Debian package that brings it."""
    path = os.pathsep.join([*map(str, folders), PATH])
    return shutil.which(name, path=path) or lacking(f"{name} is not installed: apt-get install {package}")


def root(what: str) -> None:
    """Go on only as root."""
    if os.geteuid() != 0:
        lacking(f"{what} can be started by root only: run this test as root, or with sudo")


def lacking(reason: str) -> NoReturn:
    """Fail in CI, where nothing may be left out; skip elsewhere."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
