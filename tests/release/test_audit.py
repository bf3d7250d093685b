"""Known vulnerabilities stop a release; a source that tells nothing is never taken for one that finds nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.release import NoRelease
from deploy.release.audit import audit, verdict

CLEAN = {"name": "flask", "version": "3.1.3", "vulns": []}
UNKNOWN = {"name": "pymap", "skip_reason": "Dependency not found on PyPI and could not be audited: pymap (0.36.7)"}
VULNERABLE = {
    "name": "jinja2",
    "version": "3.1.5",
    "vulns": [{"id": "PYSEC-2025-1", "fix_versions": ["3.1.6"], "aliases": [], "description": "A way out."}],
}

# Stands in for pip-audit: answers the dry run with one status, and then, as the real one does, a report or nothing.
STAND_IN = """
import sys, pathlib
asked = sys.argv[1:]
assert "--require-hashes" in asked and "--disable-pip" in asked
if "--dry-run" in asked:
    print("ERROR: requirement flask is not pinned", file=sys.stderr)
    sys.exit(DRY)
if REPORT:
    pathlib.Path(asked[asked.index("--output") + 1]).write_text(REPORT)
sys.exit(1)
"""


def report(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def pip_audit(folder: Path, said: str, dry: int = 0) -> tuple[str, ...]:
    program = folder / "pip_audit.py"
    program.write_text(STAND_IN.replace("DRY", str(dry)).replace("REPORT", repr(said)), "utf-8")
    return (sys.executable, str(program))


def test_packages_without_advisories_are_counted() -> None:
    assert verdict(report(CLEAN, CLEAN)) == "No known vulnerability in 2 packages."


def test_a_package_the_source_does_not_know_is_named() -> None:
    assert verdict(report(CLEAN, UNKNOWN)) == "No known vulnerability in 1 of 2 packages; not audited: pymap."


def test_a_source_that_knows_no_package_at_all_has_audited_nothing() -> None:
    said = "The advisory source answers but knows none of the 2 packages: nothing was audited."
    assert verdict(report(UNKNOWN, UNKNOWN)) == said


def test_a_vulnerability_stops_the_release() -> None:
    with pytest.raises(NoRelease, match=r"jinja2 3\.1\.5: PYSEC-2025-1 \(fixed in 3\.1\.6\)"):
        verdict(report(CLEAN, UNKNOWN, VULNERABLE))


def test_a_vulnerability_found_by_the_program_stops_the_release(tmp_path: Path) -> None:
    with pytest.raises(NoRelease, match="jinja2"):
        audit(tmp_path / "requirements.lock", pip_audit(tmp_path, report(VULNERABLE)))


def test_a_source_out_of_reach_is_said_and_nothing_more(tmp_path: Path) -> None:
    said = audit(tmp_path / "requirements.lock", pip_audit(tmp_path, ""))
    assert said == "The advisory source could not be reached: nothing was audited."


def test_a_lock_that_cannot_be_read_is_not_taken_for_a_source_out_of_reach(tmp_path: Path) -> None:
    with pytest.raises(NoRelease, match=r"cannot read requirements\.lock:\nERROR: requirement flask is not pinned"):
        audit(tmp_path / "requirements.lock", pip_audit(tmp_path, "", dry=1))
