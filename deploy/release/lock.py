"""Whether requirements.lock is what pyproject.toml asks for: all of it, nothing older, every file by its hash."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

# What a sysadmin may install, and no more: the groups are for those who work on the program.
EXTRAS = ("postgresql", "notify", "pdf", "demo")
# A marker may follow, for a package that some machines do without.
_PIN = re.compile(r"([\w.-]+)==(\d[\w.+!]*)(?: ; [^-]+)?")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Locked:
    """One locked version, how many files of it are let in, and whether we ask for it ourselves."""

    name: str
    version: Version
    hashes: int
    ours: bool


def read(text: str) -> list[Locked]:
    """The locked packages; ValueError at the first line that locks nothing."""
    return [_locked(entry, comments) for entry, comments in _entries(text)]


def wanted(project: Mapping[str, Any]) -> list[Requirement]:
    """What the `[project]` table asks for, with the extras."""
    extras = project.get("optional-dependencies", {})
    return [Requirement(said) for said in (*project["dependencies"], *(one for name in EXTRAS for one in extras[name]))]


def faults(project: Mapping[str, Any], text: str) -> list[str]:
    """All that is wrong with the lock, a sentence each."""
    try:
        locked = read(text)
    except ValueError as why:
        return [str(why)]
    asked = wanted(project)
    names = {canonicalize_name(requirement.name) for requirement in asked}
    return [
        *(fault for requirement in asked for fault in _unmet(requirement, locked)),
        *(f"{one.name} is locked without a hash" for one in locked if not one.hashes),
        *(f"{one.name} is locked but no longer asked for" for one in locked if one.ours and one.name not in names),
    ]


def _unmet(requirement: Requirement, locked: list[Locked]) -> Iterator[str]:
    versions = [one.version for one in locked if one.name == canonicalize_name(requirement.name)]
    if not versions:
        yield f"{requirement.name} is asked for but not locked"
    for version in versions:
        if not requirement.specifier.contains(version, prereleases=True):
            yield f"{requirement.name} is locked at {version}, and {requirement} is asked for"


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """Each requirement with its hashes as one line, and the comments that follow it."""
    entry, comments = "", ""
    for line in text.splitlines():
        if line.lstrip().startswith("#"):
            comments += line.strip() + "\n"
        elif line.startswith(" "):
            entry += line.rstrip("\\")
        else:
            if entry:
                yield entry, comments
            entry, comments = line.rstrip("\\"), ""
    if entry:
        yield entry, comments


def _locked(entry: str, comments: str) -> Locked:
    pin = _PIN.fullmatch(_HASH.sub("", entry).strip())
    if not pin:
        raise ValueError(f"'{entry.split('--hash')[0].strip()}' is not a name with one version")
    ours = "reminderbot (pyproject.toml)" in comments
    return Locked(canonicalize_name(pin[1]), Version(pin[2]), len(_HASH.findall(entry)), ours)
