"""`reminderbot import`: from the folder, from files, and what is refused."""

from __future__ import annotations

from datetime import timedelta

from reminderbot.store import ledger, setting
from tests.installation import ACME, BOLT, INVOICES, PAYMENTS, Installation, bill, late


def known(shop: Installation) -> list[str]:
    with shop.house() as house, house.store.reading() as connection:
        snapshot = ledger.load(connection)
    return sorted(invoice.number for invoice in snapshot.invoices) if snapshot else []


def test_the_folder_is_taken_in_and_what_is_new_is_told(shop: Installation) -> None:
    out = shop.ok("import")

    assert "New: 2 invoices (INV-1, INV-2)" in out
    assert "`reminderbot plan` shows what would be sent" in out
    assert known(shop) == ["INV-1", "INV-2"]


def test_importing_the_same_again_says_that_nothing_changed(shop: Installation) -> None:
    shop.ok("import")

    assert shop.ok("import").splitlines() == ["Nothing has changed"]


def test_a_file_is_taken_together_with_what_lies_in_the_folder(shop: Installation) -> None:
    shop.ok("import")
    new = shop.folder / "invoices.csv"
    new.write_text(
        "\n".join([INVOICES, bill("INV-1", "C1", late(5)), bill("INV-2", "C2", late(2)), bill("INV-3", "C1", late(1))])
    )
    shop.stamp(new)

    out = shop.ok("import", str(new))

    assert "New: 1 invoice (INV-3)" in out
    assert (shop.folder / "ledger" / "invoices.csv").read_bytes() == new.read_bytes()
    assert known(shop) == ["INV-1", "INV-2", "INV-3"]
    assert [path.name for path in (shop.folder / "ledger").iterdir() if path.name.startswith(".")] == []


def test_a_file_with_a_mistake_changes_neither_folder_nor_store(shop: Installation) -> None:
    shop.ok("import")
    before = (shop.folder / "ledger" / "payments.csv").read_bytes()
    bad = shop.folder / "payments.csv"
    bad.write_text(f"{PAYMENTS}\nP1,C1,INV-1,03/04/2026,USD,10.00,payment\n")

    result = shop.run("import", str(bad))

    assert result.exit_code == 2
    assert "payments.csv" in result.stderr
    assert "03/04/2026" in result.stderr
    assert result.stderr.endswith("Nothing was taken in.\n")
    assert (shop.folder / "ledger" / "payments.csv").read_bytes() == before


def test_a_file_that_is_none_of_the_ledgers_is_refused_by_name(shop: Installation) -> None:
    odd = shop.folder / "march.csv"
    odd.write_text(INVOICES)

    result = shop.run("import", str(odd))

    assert result.exit_code == 2
    assert "the files of a ledger are called customers.csv, invoices.csv, payments.csv" in result.stderr


def test_a_file_that_is_not_there_is_refused(shop: Installation) -> None:
    result = shop.run("import", str(shop.folder / "invoices.csv"))

    assert result.exit_code == 2
    assert "there is no such file" in result.stderr


def test_a_suspicious_export_waits_for_a_persons_yes(shop: Installation) -> None:
    shop.ok("import")
    shop.clock.advance(-timedelta(days=1))
    shop.write_ledger(
        [ACME, BOLT], [bill("INV-1", "C1", late(5)), bill("INV-2", "C2", late(2)), bill("INV-9", "C1", late(3))]
    )
    shop.clock.advance(timedelta(days=1))

    held = shop.run("import")

    assert held.exit_code == 1
    assert "This export is older than the last one" in held.stderr
    assert "reminderbot import --yes" in held.stderr
    assert known(shop) == ["INV-1", "INV-2"]
    with shop.house() as house, house.store.reading() as connection:
        assert setting.get(connection, setting.LEDGER_HELD)

    assert "INV-9" in shop.ok("import", "--yes")
    assert known(shop) == ["INV-1", "INV-2", "INV-9"]


def test_json_tells_the_difference_to_programs(shop: Installation) -> None:
    told = shop.json("import")

    assert told["first"] is True
    assert told["new_invoices"] == ["INV-1", "INV-2"]
    assert told["held"] == []


def test_an_empty_ledger_says_which_file_is_missing(shop: Installation) -> None:
    for path in (shop.folder / "ledger").iterdir():
        path.unlink()

    result = shop.run("import")

    assert result.exit_code == 2
    assert "customers.csv is missing" in result.stderr
