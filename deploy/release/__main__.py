"""Makes a release in dist/, or says why there is none: python -m deploy.release.

Built, installed by hash as a sysadmin does it, audited, its licences read and its parts written down. dist/ is
touched last, so that what lies there has passed everything.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name, parse_wheel_filename

from deploy.release import NoRelease, licences, lock
from deploy.release.audit import audit

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
PYTHON = sys.executable


def main() -> int:
    """0 with a release in dist/, 1 without."""
    with tempfile.TemporaryDirectory(prefix="reminderbot-release-") as folder:
        try:
            release(Path(folder))
        except NoRelease as why:
            print(f"No release: {why}", file=sys.stderr)
            return 1
    return 0


def release(folder: Path) -> None:
    """All steps, in a folder of their own until the last."""
    made, environment = folder / "dist", folder / "environment"
    check_lock()
    wheel = build(made)
    print(install(wheel, environment))
    print(audit(LOCK))
    bom = materials(wheel, environment)
    print(check_licences(bom))
    (made / f"{wheel.name.split('-py3')[0]}.cdx.json").write_text(json.dumps(bom, indent=1) + "\n", "utf-8")
    shutil.copy(LOCK, made)
    publish(made, ROOT / "dist")


def check_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    if faults := lock.faults(project, LOCK.read_text("utf-8")):
        raise NoRelease("\n  ".join(["requirements.lock is stale, renew it with `make lock`:", *faults]))


def build(made: Path) -> Path:
    """Build the sdist, and from it the wheel."""
    run("the build", PYTHON, "-m", "build", "--outdir", made, ROOT)
    [wheel] = made.glob("*.whl")
    return wheel


def install(wheel: Path, environment: Path) -> str:
    """Install as deploy/README.md says, into an environment that holds nothing else, and start the program once."""
    run("an environment", PYTHON, "-m", "venv", "--without-pip", environment)
    pip = (PYTHON, "-m", "pip", "--python", environment / "bin/python", "install", "--quiet")
    by_hash = ("--require-hashes", "--only-binary=:all:", f"--requirement={LOCK}")
    run("the installation of the locked packages", *pip, *by_hash)
    run("the installation of the wheel", *pip, "--no-deps", wheel)
    return "Installed by hash: " + run("the program", environment / "bin/reminderbot", "--version")


def materials(wheel: Path, environment: Path) -> dict[str, Any]:
    """The bill of materials of what was installed, in CycloneDX."""
    cyclonedx = (PYTHON, "-m", "cyclonedx_py", "environment", environment / "bin/python")
    bom: dict[str, Any] = json.loads(run("the bill of materials", *cyclonedx, "--pyproject", ROOT / "pyproject.toml"))
    # The version is in the wheel's name; pyproject.toml calls it dynamic.
    version = str(parse_wheel_filename(wheel.name)[1])
    bom["metadata"]["component"] |= {"version": version, "purl": f"pkg:pypi/reminderbot@{version}"}
    there = {canonicalize_name(component["name"]) for component in bom["components"]}
    if missing := {one.name for one in lock.read(LOCK.read_text("utf-8"))} - there:
        print(f"For other machines than this, and not looked at: {', '.join(sorted(missing))}.")
    return bom


def check_licences(bom: dict[str, Any]) -> str:
    """The list of licences, where all are allowed."""
    if refused := licences.refused(bom):
        raise NoRelease("\n".join(["licences that deploy/release/licences.py does not allow:", *refused]))
    return "\n".join([f"Licences of {len(bom['components'])} packages:", *licences.listing(bom)])


def publish(made: Path, dist: Path) -> None:
    """Put what was made in the place of what lay there, and say what lies there now."""
    shutil.rmtree(dist, ignore_errors=True)
    shutil.copytree(made, dist)
    print(f"In {dist.name}/:")
    for file in sorted(dist.iterdir()):
        print(f"  {file.name}  {file.stat().st_size / 1000:,.0f} kB")


def run(what: str, *command: str | Path) -> str:
    """What a command printed; where it failed, no release and its last words."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoRelease("\n  ".join([f"{what} failed:", *(done.stdout + done.stderr).strip().splitlines()[-5:]]))
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
