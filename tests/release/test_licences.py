"""Permissive licences and the LGPL pass; all else, and silence, stops a release."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.release.licences import licences, listing, refused


def component(*said: dict[str, Any], name: str = "package") -> dict[str, Any]:
    return {"name": name, "version": "1.0", "licenses": list(said)}


def spdx(name: str) -> dict[str, Any]:
    return {"license": {"id": name}}


def classifier(name: str) -> dict[str, Any]:
    return {"license": {"name": f"License :: OSI Approved :: {name}"}}


def expression(text: str) -> dict[str, Any]:
    return {"expression": text}


def bom(*components: dict[str, Any]) -> dict[str, Any]:
    return {"components": list(components)}


ALLOWED = [
    component(spdx("MIT")),
    component(spdx("LGPL-3.0-only")),
    component(classifier("BSD License")),
    component(classifier("Zope Public License")),
    component(expression("Apache-2.0 AND MIT")),
    component(expression("(Apache-2.0 WITH LLVM-exception) OR BSD-3-Clause")),
    component(spdx("Apache-2.0"), {"license": {"name": "License :: OSI Approved"}}),
    component(spdx("MPL-2.0"), classifier("Mozilla Public License 2.0 (MPL 2.0)"), name="certifi"),
]
REFUSED = [
    component(),
    component({"license": {"name": "License :: OSI Approved"}}),
    component(spdx("GPL-3.0-only")),
    component(spdx("AGPL-3.0-or-later")),
    component(spdx("MPL-2.0")),
    component(spdx("GPL-3.0-only"), name="certifi"),
    component(spdx("MIT"), classifier("GNU General Public License v3 (GPLv3)")),
    component(expression("MIT AND GPL-2.0-only")),
    component({"license": {"name": "Ask us"}}),
]


@pytest.mark.parametrize("allowed", ALLOWED, ids=lambda one: str(one["licenses"]))
def test_a_permissive_licence_passes(allowed: dict[str, Any]) -> None:
    assert refused(bom(allowed)) == []


@pytest.mark.parametrize("other", REFUSED, ids=lambda one: str(one["licenses"]))
def test_any_other_licence_and_none_at_all_is_refused_by_name(other: dict[str, Any]) -> None:
    [line] = refused(bom(ALLOWED[0], other))
    assert line.strip().startswith(f"{other['name']} 1.0: ")


def test_a_package_that_says_no_licence_is_refused_in_those_words() -> None:
    assert refused(bom(component())) == ["  package 1.0: says no licence"]


def test_the_parts_of_an_expression_are_looked_at_singly() -> None:
    assert licences(component(expression("MIT AND (GPL-2.0+ OR Zlib)"))) == ["GPL-2.0+", "MIT", "Zlib"]


def test_the_list_names_each_licence_once_with_its_packages() -> None:
    found = listing(
        bom(component(spdx("MIT"), name="b"), component(spdx("ISC"), name="c"), component(spdx("MIT"), name="A"))
    )
    assert found == ["  ISC: c", "  MIT: A, b"]
