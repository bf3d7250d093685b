"""What the known advisories say of the locked packages: one sentence, and no release where one is vulnerable."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from deploy.release import NoRelease

PIP_AUDIT = (sys.executable, "-m", "pip_audit")
# One question for each package; a source that hangs has not been reached.
PATIENCE_S = 600


def audit(lock: Path, program: tuple[str, ...] = PIP_AUDIT) -> str:
    """What is known of the packages in this lock file."""
    base = (*program, "--requirement", str(lock), "--require-hashes", "--disable-pip", "--progress-spinner=off")
    # Both a lock that cannot be read and a source that cannot be reached end with 1 and no report. The dry run
    # asks nobody, so that only the second is forgiven.
    dry = subprocess.run((*base, "--dry-run"), capture_output=True, text=True, check=False)
    if dry.returncode:
        raise NoRelease(f"pip-audit cannot read {lock.name}:\n{dry.stderr.strip()}")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        try:
            subprocess.run(
                (*base, "--format=json", "--output", str(report)), capture_output=True, check=False, timeout=PATIENCE_S
            )
        except subprocess.TimeoutExpired:
            return verdict("")
        return verdict(report.read_text("utf-8") if report.exists() else "")


def verdict(report: str) -> str:
    """The sentence for pip-audit's report in JSON, empty where it wrote none."""
    if not report:
        return "The advisory source could not be reached: nothing was audited."
    found: list[dict[str, Any]] = json.loads(report)["dependencies"]
    vulnerable = [_vulnerable(package) for package in found if package.get("vulns")]
    if vulnerable:
        raise NoRelease("\n".join(["known vulnerabilities, renew with `make lock`:", *vulnerable]))
    unknown = [package["name"] for package in found if "skip_reason" in package]
    # A package that the source does not know is no clean one, though pip-audit says "No known vulnerabilities found".
    if len(unknown) == len(found):
        return f"The advisory source answers but knows none of the {len(found)} packages: nothing was audited."
    if unknown:
        known = len(found) - len(unknown)
        return f"No known vulnerability in {known} of {len(found)} packages; not audited: {', '.join(unknown)}."
    return f"No known vulnerability in {len(found)} packages."


def _vulnerable(package: dict[str, Any]) -> str:
    said = [f"{one['id']} (fixed in {', '.join(one['fix_versions']) or 'none'})" for one in package["vulns"]]
    return f"  {package['name']} {package['version']}: {', '.join(said)}"
