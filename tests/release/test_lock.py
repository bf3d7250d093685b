"""requirements.lock and pyproject.toml say the same; whatever makes them differ is found."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from deploy.release.lock import EXTRAS, faults, read, wanted

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")

HASH = "--hash=sha256:" + "0a" * 32
SMALL = f"""\
# made by hand
flask==3.1.3 \\
    {HASH} \\
    {HASH}
    # via reminderbot (pyproject.toml)
psycopg==3.3.9 \\
    {HASH}
    # via
    #   reminderbot (pyproject.toml)
    #   psycopg-pool
psycopg-binary==3.3.9 ; implementation_name != 'pypy' \\
    {HASH}
    # via psycopg
"""
SMALL_PROJECT: dict[str, Any] = {
    "dependencies": ["Flask>=3.1"],
    "optional-dependencies": {"postgresql": ["psycopg[binary]>=3.2"], "notify": [], "pdf": [], "demo": []},
}


def test_the_lock_is_what_we_ask_for() -> None:
    assert faults(PROJECT, LOCK) == [], "`make lock` renews it"
    assert set(PROJECT["optional-dependencies"]) == set(EXTRAS)


def test_every_dependency_stands_in_the_lock_with_the_hash_of_each_file() -> None:
    locked = read(LOCK)
    assert len(locked) > len(wanted(PROJECT))
    assert all(one.hashes for one in locked)
    assert sum(one.hashes for one in locked) == LOCK.count("--hash=") == LOCK.count("--hash=sha256:")


def test_no_registry_is_named() -> None:
    for text in (LOCK, (ROOT / "Makefile").read_text("utf-8")):
        assert "://" not in text
        assert "index-url" not in text
        assert "find-links" not in text


def test_the_small_lock_is_right() -> None:
    assert faults(SMALL_PROJECT, SMALL) == []
    assert [(one.name, str(one.version), one.hashes, one.ours) for one in read(SMALL)] == [
        ("flask", "3.1.3", 2, True),
        ("psycopg", "3.3.9", 1, True),
        ("psycopg-binary", "3.3.9", 1, False),
    ]


@pytest.mark.parametrize(("version", "right"), [("3.1.2", False), ("3.1.3", True), ("3.1.4", True)])
def test_a_locked_version_is_never_below_what_is_asked_for(version: str, right: bool) -> None:
    text = SMALL.replace("flask==3.1.3", f"flask=={version}")
    fault = [f"Flask is locked at {version}, and Flask>=3.1.3 is asked for"]
    assert faults(SMALL_PROJECT | {"dependencies": ["Flask>=3.1.3"]}, text) == ([] if right else fault)


def test_a_new_dependency_must_be_locked() -> None:
    project = SMALL_PROJECT | {"dependencies": ["Flask>=3.1", "waitress"]}
    assert faults(project, SMALL) == ["waitress is asked for but not locked"]


def test_a_new_dependency_of_an_extra_must_be_locked() -> None:
    extras = SMALL_PROJECT["optional-dependencies"] | {"postgresql": ["psycopg>=3.2"], "demo": ["aiosmtpd"]}
    project = SMALL_PROJECT | {"optional-dependencies": extras}
    assert faults(project, SMALL) == ["aiosmtpd is asked for but not locked"]


def test_a_dependency_that_is_gone_must_leave_the_lock() -> None:
    project = SMALL_PROJECT | {"dependencies": []}
    assert faults(project, SMALL) == ["flask is locked but no longer asked for"]


def test_a_package_without_a_hash_is_found() -> None:
    text = SMALL.replace(f"psycopg==3.3.9 \\\n    {HASH}", "psycopg==3.3.9")
    assert faults(SMALL_PROJECT, text) == ["psycopg is locked without a hash"]


@pytest.mark.parametrize(
    "line", ["flask>=3.1", "flask", "flask==3.*", "-e .", "flask @ file:///flask.whl", "--no-index"]
)
def test_a_line_that_locks_nothing_is_found(line: str) -> None:
    [fault] = faults(SMALL_PROJECT, SMALL.replace("flask==3.1.3", line))
    assert fault == f"'{line}' is not a name with one version"


def test_a_weaker_hash_does_not_count() -> None:
    assert faults(SMALL_PROJECT, SMALL.replace("sha256", "md5")) != []
