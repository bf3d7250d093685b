"""`journal`: all that was written down, in order, for people and for other programs."""

from __future__ import annotations

import json
from typing import Any

from tests.installation import Installation


def lines(shop: Installation, *words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in shop.ok("journal", "--json", *words).splitlines()]


def test_a_new_installation_has_written_nothing_down(shop: Installation) -> None:
    assert shop.ok("journal") == ""
    assert lines(shop) == []


def test_it_tells_who_did_what_and_when_oldest_first(shop: Installation) -> None:
    shop.ok("import")
    shop.ok("hold", "C1", "--why", "on holiday")
    told = lines(shop)
    assert [line["seq"] for line in told] == list(range(1, len(told) + 1))
    assert told[0]["kind"] == "imported"
    assert told[0]["at"] == "2026-11-23T15:00:00+00:00"
    held = told[-1]
    assert (held["kind"], held["customer_id"], held["data"]["why"]) == ("held", "C1", "on holiday")
    assert held["actor"] != "reminderbot"
    shown = shop.ok("journal").splitlines()
    assert len(shown) == len(told)
    assert shown[-1].startswith(f"{held['seq']}  Mon 23 Nov 2026 10:00 EST  {held['actor']}  held C1  ")
    assert "why: on holiday" in shown[-1]


def test_one_customers_lines_alone_can_be_asked_for(shop: Installation) -> None:
    shop.ok("import")
    shop.ok("hold", "C1", "--why", "on holiday")
    shop.ok("hold", "C2", "--why", "a talk")
    assert {line["customer_id"] for line in lines(shop, "acme")} == {"C1"}
    assert "Nobody and nothing here is called 'nobody'." in shop.run("journal", "nobody").stderr


def test_whoever_keeps_a_copy_asks_for_what_came_since(shop: Installation) -> None:
    shop.ok("import")
    kept = lines(shop)
    shop.ok("hold", "C1", "--why", "on holiday")
    newer = lines(shop, "--after", str(kept[-1]["seq"]))
    assert newer
    assert kept + newer == lines(shop)
    assert lines(shop, "--after", str(newer[-1]["seq"])) == []
