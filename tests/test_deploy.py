"""What a sysadmin installs: units that systemd accepts, that are shut tight, and that belong together."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from reminderbot.config.secrets import VARIABLES
from reminderbot.desk.setup import create_installation
from tests.servers import needs

DEPLOY = Path(__file__).parents[1] / "deploy"
UNITS = ["reminderbot.service", "reminderbot@.service"]
PROGRAM = "/opt/reminderbot/bin/reminderbot"


def run(*command: str | Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=60, env=os.environ | environ, check=False
    )


def settings(unit: str) -> list[str]:
    """The unit's settings, without the comments."""
    lines = (DEPLOY / unit).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_accepts_the_unit(tmp_path: Path, unit: str) -> None:
    analyze = needs.binary("systemd-analyze", "systemd")
    text = (DEPLOY / unit).read_text("utf-8")
    assert PROGRAM in text
    # The program is not installed where the unit looks for it; any other will do here.
    (tmp_path / unit).write_text(text.replace(PROGRAM, "/bin/true"), "utf-8")
    # All units that are loaded along with it come from this machine, and their quirks are not ours.
    done = run(analyze, "verify", "--man=no", "--recursive-errors=no", tmp_path / unit)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("unit", UNITS)
def test_the_unit_is_shut_as_tight_as_promised(unit: str) -> None:
    analyze = needs.binary("systemd-analyze", "systemd")
    done = run(analyze, "security", "--offline=true", "--no-pager", DEPLOY / unit, LC_ALL="C.UTF-8")
    found = re.search(r"Overall exposure level for \S+: (\d+\.\d)", done.stdout)
    assert found, done.stdout + done.stderr
    assert float(found[1]) <= 1.5


def test_both_units_differ_in_their_folder_alone() -> None:
    one, many = map(settings, UNITS)
    assert [line.replace("reminderbot-%i", "reminderbot").replace(" for %i", "") for line in many] == one
    assert sum("%S/reminderbot-%i" in line for line in many) == 3


@pytest.mark.parametrize("unit", UNITS)
def test_the_credentials_in_the_unit_are_ones_that_are_looked_for(unit: str) -> None:
    offered = set(re.findall(r"^#LoadCredential=([a-z\-]+):", (DEPLOY / unit).read_text("utf-8"), re.MULTILINE))
    known = {variable.lower().replace("_", "-") for variable in VARIABLES}
    assert offered == known - {"reminderbot-store-password"}


def test_the_unit_runs_as_the_user_that_is_made_for_it_in_the_folder_made_for_it() -> None:
    unit = settings("reminderbot.service")
    assert {"User=reminderbot", "Group=reminderbot", "StateDirectory=reminderbot", "Type=notify"} <= set(unit)
    assert "u reminderbot " in (DEPLOY / "sysusers.d" / "reminderbot.conf").read_text("utf-8")
    assert "d /var/lib/reminderbot " in (DEPLOY / "tmpfiles.d" / "reminderbot.conf").read_text("utf-8")


def test_the_group_may_edit_letters_and_ledger_and_nothing_else(tmp_path: Path) -> None:
    needs.root("systemd-tmpfiles, which gives files away,")
    sysusers, tmpfiles = (needs.binary(name, "systemd") for name in ("systemd-sysusers", "systemd-tmpfiles"))
    (tmp_path / "etc").mkdir()
    home = tmp_path / "var" / "lib" / "reminderbot"
    create_installation(home, {})
    shutil.copytree(home, home.with_name("reminderbot-acme"))
    done = run(sysusers, f"--root={tmp_path}", DEPLOY / "sysusers.d" / "reminderbot.conf")
    assert done.returncode == 0, done.stderr
    _, _, uid, gid, *_ = (tmp_path / "etc" / "passwd").read_text("utf-8").split(":")
    for path in (
        path for folder in (home, home.with_name("reminderbot-acme")) for path in (folder, *folder.rglob("*"))
    ):
        os.chown(path, int(uid), int(gid))
    # What a person of the group has put there, as an editor leaves it.
    theirs = home / "letters" / "en" / "gentle.email.md"
    theirs.chmod(0o600)
    os.chown(theirs, 12345, 12345)
    done = run(tmpfiles, f"--root={tmp_path}", "--create", DEPLOY / "tmpfiles.d" / "reminderbot.conf")
    assert (done.returncode, done.stderr) == (0, "")
    for folder in (home, home.with_name("reminderbot-acme")):
        found = {path.relative_to(folder): stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}
        for inside in ("ledger", "letters", "letters/en"):
            assert found.pop(Path(inside)) == 0o2770
        for path, mode in found.items():
            shared = path.parts[0] in {"letters", "ledger"}
            assert bool(mode & 0o020) == shared, path
            assert not mode & 0o011 or path == Path("state"), path
        assert found[Path(".env")] == 0o600
        assert found[Path("state")] == 0o700
    assert stat.S_IMODE(home.stat().st_mode) == 0o750
    assert (home / "letters").stat().st_gid == home.stat().st_gid != 0
