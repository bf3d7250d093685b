"""Handing over and taking back on the command line."""

from __future__ import annotations

from tests.installation import Installation


def test_it_shows_what_stops_asks_and_tells_how_to_go_on(shop: Installation) -> None:
    shop.run("import")

    refused = shop.run("hand-over", "Acme", "--to", "agency", "--note", "to Fair & Co")
    assert refused.exit_code == 2
    assert "add --yes" in refused.stderr

    told = shop.run("hand-over", "Acme", "--to", "agency", "--note", "to Fair & Co", "--yes").stdout
    assert "Acme Ltd: all that is open, 100.00 USD." in told
    assert "Before you do: INV-1 is less than 30 days past due." in told
    assert "no more reminders, until `reminderbot take-back C1`" in told
    assert "Acme Ltd handed to a collection agency, 100.00 USD open in the books" in shop.run("report").stdout
    assert "was handed to a collection agency by" in shop.run("why", "Acme").stdout

    assert "no reminder before" in shop.run("take-back", "Acme").stdout
    assert "Away" not in shop.run("report").stdout
