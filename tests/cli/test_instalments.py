"""Payment plans on the command line: an offer, what was agreed, how it stands, and its end."""

from __future__ import annotations

import json
import re

from tests.installation import Installation


def test_an_offer_is_noted_listed_and_ended(shop: Installation) -> None:
    shop.run("import")

    told = shop.ok("instalments", "offer", "Acme", "--parts", "3", "--every", "week")
    assert "Acme Ltd: 100.00 USD in 3 instalments" in told
    assert "33.34 USD" in told
    command = re.search(r"If they agree: reminderbot (.*)", told)
    assert command is not None

    told = shop.ok(*command[1].split())
    assert "Noted: Acme Ltd pays INV-1 in instalments." in told
    (plan,) = json.loads(shop.ok("instalments", "list", "--json"))
    assert [one["amount"] for one in plan["instalments"]] == ["33.33", "33.33", "33.34"]
    assert (plan["state"], plan["rest"]) == ("agreed", "100.00")

    told = shop.ok("instalments", "end", str(plan["plan"]), "they", "pay", "at", "once")
    assert "Reminders about INV-1 go on from" in told
    undo = re.search(r"reminderbot case undo (\d+)", told)
    assert undo is not None
    shop.ok("case", "undo", undo[1])
    assert "Plan 1 (agreed)" in shop.ok("instalments", "list", "Acme")


def test_what_does_not_add_up_is_refused_in_a_sentence_and_nothing_is_noted(shop: Installation) -> None:
    shop.run("import")

    refused = shop.run("instalments", "agree", "Acme", "2030-01-01=10.00")

    assert refused.exit_code == 2
    assert "90.00 USD short of the 100.00 USD they cover" in refused.stderr
    assert "No plan stands." in shop.ok("instalments", "list")


def test_why_says_that_a_plan_stands_while_it_stands(shop: Installation) -> None:
    shop.ok("import")
    shop.ok("instalments", "agree", "Acme", "2026-12-10=60", "2027-01-11=40")
    told = shop.ok("why", "Acme")
    assert "noted today that Jane Roe pays INV-1 in instalments. While that is kept, reminders rest up to" in told
    assert "was ended" not in told
