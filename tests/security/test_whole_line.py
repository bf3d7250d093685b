"""S18, S21, S25: a minute of the whole line that tells no secret and no person, and goes nowhere it was not told to."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.security.line import FORMS, IMAP_SECRET, PEOPLE, Seen, at_work
from tests.servers import needs
from tests.servers.dovecot import Dovecot


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot) -> Iterator[Seen]:
    with at_work(tmp_path_factory.mktemp("line"), dovecot) as found:
        yield found


def test_the_line_did_all_it_can_do(seen: Seen) -> None:
    """So that the tests below cannot pass for want of anything to tell."""
    assert any(b"INV-1" in letter for letter in seen.letters)
    assert any("INV-2" in text for text in seen.texts)
    assert "action=run_failed" in seen.logs
    assert "Traceback" in seen.logs
    assert "no more of this" in seen.logs
    assert "action=delivered" in seen.logs
    assert len(seen.processes) >= 2
    assert '"mode"' in seen.pages


def test_no_secret_is_shown_by_a_process_a_log_or_a_page(seen: Seen) -> None:
    shown = ("\n".join(seen.processes) + seen.logs + seen.pages).encode()
    # What stands around it tells where it came from.
    found = [shown[max(0, at - 300) : at + 60] for form in FORMS if (at := shown.find(form)) >= 0]
    assert found == []


def test_no_secret_is_kept_in_the_store_the_spool_or_beside_them(seen: Seen) -> None:
    assert [path.name for path, content in seen.kept() for form in FORMS if form in content] == []


def test_memory_is_never_dumped(seen: Seen) -> None:
    assert {tuple(line.split()[4:6]) for line in seen.limits} == {("0", "0")}


def test_what_is_kept_is_for_its_owner_alone(seen: Seen) -> None:
    open_to_others = [path for path, _ in seen.kept() if stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert open_to_others == []
    assert stat.S_IMODE((seen.place.folder / "state").stat().st_mode) == 0o700


def test_no_log_and_no_page_tells_of_a_person(seen: Seen) -> None:
    told = (seen.logs + seen.pages).lower()
    assert [word for word in PEOPLE if word.lower() in told] == []


def test_nobody_is_dialled_but_the_servers_of_the_settings(seen: Seen) -> None:
    assert seen.dialled
    assert seen.dialled <= seen.configured
    assert seen.lured == 0


# ---- at the start


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
@pytest.mark.parametrize("file", [".env", "state/secret.key"])
def test_a_secret_that_others_may_read_is_refused_with_the_command_that_cures_it(
    seen: Seen, file: str, mode: int
) -> None:
    path = seen.place.folder / file
    before = path.stat().st_mode
    path.chmod(mode)
    try:
        done = seen.place.command("run", "--once")
    finally:
        path.chmod(before)
    assert done.returncode in (1, 2)
    assert f"chmod 600 {path}" in done.stderr
    assert IMAP_SECRET not in done.stderr


def test_a_secret_that_belongs_to_somebody_else_is_refused(seen: Seen) -> None:
    needs.root("giving a file away")
    path: Path = seen.place.folder / ".env"
    os.chown(path, 12345, 12345)
    try:
        done = seen.place.command("run", "--once")
    finally:
        os.chown(path, 0, 0)
    assert done.returncode == 2
    assert "belongs to somebody else: run chown 0" in done.stderr
