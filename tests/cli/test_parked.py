"""Old debts on the command line: who waits, and letting several begin a few a day."""

from __future__ import annotations

from tests.installation import ACME, BOLT, BOLTON, Installation, bill, late


def old(shop: Installation) -> None:
    shop.write_config("[sending]\nfirst_contacts_per_day = 1")
    bills = [bill("INV-1", "C1", late(100)), bill("INV-2", "C2", late(200), "50.00"), bill("INV-3", "C3", late(120))]
    shop.write_ledger([ACME, BOLT, BOLTON], bills)
    shop.ok("import")


def test_they_are_listed_and_begin_one_a_working_day_after_a_yes(shop: Installation) -> None:
    old(shop)
    assert [(one["customer_id"], one["invoices"]) for one in shop.json("parked", "list")] == [
        ("C1", ["INV-1"]), ("C2", ["INV-2"]), ("C3", ["INV-3"]),
    ]  # fmt: skip
    assert "3 old debts wait for your word" in shop.ok("status")

    asked = shop.run("parked", "begin", "--all")
    assert asked.exit_code == 2
    assert "add --yes" in asked.stderr

    told = shop.ok("parked", "begin", "--all", "--yes")
    # Thanksgiving is on the Thursday: Monday, Tuesday, Wednesday.
    assert "3 conversations may begin from Mon 23 Nov 2026 to Wed 25 Nov 2026" in told
    assert "2 old debts begin on the days to come, the last on Wed 25 Nov 2026" in shop.ok("status")
    assert shop.ok("parked", "list").strip() == "No old debt waits for your word."

    shop.ok("case", "undo", told.split("case undo ")[1].strip())
    assert len(shop.json("parked", "list")) == 3


def test_only_those_who_were_named_begin_and_a_faster_pace_than_the_settings_is_refused(shop: Installation) -> None:
    old(shop)
    assert shop.json("parked", "begin", "Bolton", "--yes")["begun"] == 1
    assert "No old debt of C3 waits" in shop.run("parked", "begin", "C3", "--yes").stderr
    assert "2 a day is outside 1 to 1" in shop.run("parked", "begin", "--all", "--a-day", "2", "--yes").stderr
    assert "Name the customers, or write --all." in shop.run("parked", "begin").stderr
    assert shop.json("status")["beginning"]["parked"] == 2
