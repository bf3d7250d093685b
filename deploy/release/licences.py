"""Which licences the packages we build on are under, read from the bill of materials: permissive ones, or the LGPL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

# By SPDX, or as packages say it that know no SPDX: the last part of their classifier.
ALLOWED = frozenset(
    {
        "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "PSF-2.0", "Python-2.0", "Unlicense",
        "ZPL-2.1", "LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later",
        "Apache Software License", "BSD License", "ISC License (ISCL)", "MIT License",
        "Python Software Foundation License", "Zope Public License",
    }
)  # fmt: skip

# A package by name, with the one licence it may be under besides, and why.
BESIDES = {
    # A list of authorities, used as it comes: MPL's duties end at its own file. requests cannot do without it.
    "certifi": {"MPL-2.0", "Mozilla Public License 2.0 (MPL 2.0)"},
}

# Says that there is a licence, and not which.
_EMPTY = {"License :: OSI Approved"}


def licences(component: dict[str, Any]) -> list[str]:
    """All licences that a component says it is under, the parts of an expression singly."""
    return sorted(set(_said(component)) - _EMPTY)


def refused(bom: dict[str, Any]) -> list[str]:
    """The components under a licence that is not allowed, or under none; of several, every one must be allowed."""
    return [line for component in bom["components"] if (line := _refusal(component))]


def listing(bom: dict[str, Any]) -> list[str]:
    """Each licence once, with the packages under it."""
    under: dict[str, list[str]] = {}
    for component in bom["components"]:
        under.setdefault(" and ".join(licences(component)), []).append(component["name"])
    return [f"  {name}: {', '.join(sorted(packages, key=str.lower))}" for name, packages in sorted(under.items())]


def _refusal(component: dict[str, Any]) -> str:
    said = licences(component)
    allowed = ALLOWED | BESIDES.get(component["name"], set())
    if said and allowed.issuperset(said):
        return ""
    return f"  {component['name']} {component['version']}: {', '.join(said) or 'says no licence'}"


def _said(component: dict[str, Any]) -> Iterator[str]:
    for entry in component.get("licenses", []):
        if "expression" in entry:
            # What follows WITH only permits more.
            without = re.sub(r"\sWITH\s+\S+", "", entry["expression"])
            yield from re.findall(r"[\w.+-]+", re.sub(r"\b(AND|OR)\b", " ", without))
        else:
            name: str = entry["license"].get("id") or entry["license"]["name"]
            yield name if name in _EMPTY else name.rsplit(" :: ", 1)[-1]
