"""dist/ holds what passed, and only that."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from deploy.release import NoRelease
from deploy.release.__main__ import check_licences, check_lock, publish, run


def test_the_lock_of_this_checkout_lets_a_release_pass() -> None:
    check_lock()


def test_what_is_published_replaces_what_lay_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made, dist = tmp_path / "made", tmp_path / "dist"
    made.mkdir()
    dist.mkdir()
    (dist / "reminderbot-0.0.1.tar.gz").write_text("old", "utf-8")
    (made / "reminderbot-0.1.0.tar.gz").write_bytes(bytes(2000))
    publish(made, dist)
    assert [file.name for file in dist.iterdir()] == ["reminderbot-0.1.0.tar.gz"]
    assert capsys.readouterr().out == "In dist/:\n  reminderbot-0.1.0.tar.gz  2 kB\n"


def test_a_step_that_fails_says_which_and_why() -> None:
    with pytest.raises(NoRelease, match=r"^the build failed:\n  no disk left$"):
        run("the build", sys.executable, "-c", "import sys; sys.exit('no disk left')")


def test_a_licence_that_is_not_allowed_stops_the_release() -> None:
    bom = {"components": [{"name": "secretive", "version": "2", "licenses": []}]}
    with pytest.raises(NoRelease, match="secretive 2: says no licence"):
        check_licences(bom)
