"""`run --once`, `migrate`, `demo`: what the command line adds to them."""

from __future__ import annotations

import dataclasses

from reminderbot.once import run_once
from reminderbot.store.lock import only_one
from reminderbot.store.sendlog import Attempt
from tests.installation import ACME, MONDAY, Installation, bill, late


def draft(shop: Installation) -> None:
    config = shop.folder / "config.toml"
    config.write_text(config.read_text().partition("[email]")[0].replace('mode = "live"', 'mode = "draft"'))


def test_run_once_in_draft_writes_letters_and_ends_well(shop: Installation) -> None:
    draft(shop)

    out = shop.ok("run", "--once")

    assert "Draft mode, nothing was sent. Letters to look at: 1" in out


def test_run_once_ends_with_1_where_something_is_wrong(shop: Installation) -> None:
    result = shop.run("run", "--once")

    assert result.exit_code == 1
    assert "The inbox at 127.0.0.1:9 cannot be read" in result.output


def test_run_once_tells_why_a_ledger_waits_in_one_whole_sentence(shop: Installation) -> None:
    draft(shop)
    shop.write_ledger([ACME], [bill(f"INV-{n}", "C1", late(5)) for n in range(30)])
    shop.ok("import")
    shop.write_ledger([ACME], [bill("INV-1", "C1", late(5))])

    result = shop.run("run", "--once")

    assert result.exit_code == 1
    assert (
        "The ledger waits for a person: 29 of 30 invoices are no longer listed (more than 10 %). Look" in result.stdout
    )


def test_run_once_does_not_say_that_nothing_was_due_where_sending_is_stopped(shop: Installation) -> None:
    shop.ok("import")
    shop.ok("go-live", "--yes")
    shop.ok("stop")
    told: list[str] = []
    with shop.house() as house:
        # No inbox to look at first.
        run_once(dataclasses.replace(house, open_inbox=None, open_text_inbox=None), told.append)

    assert "Messages: none was sent." in told
    assert len([line for line in told if "stopped all sending" in line]) == 1


def test_a_lasting_stop_is_told_once_and_with_its_cure(shop: Installation) -> None:
    shop.ok("import")
    shop.ok("go-live", "--yes")
    told: list[str] = []
    with shop.house() as house:
        house.send_log.append([Attempt(99, 1, "x", MONDAY)])
        status = run_once(dataclasses.replace(house, open_inbox=None, open_text_inbox=None), told.append)

    assert status == 1
    lost = [line for line in told if "the send log knows reminder 99" in line]
    assert len(lost) == 1
    assert "Cure: restore the newest store" in lost[0]


def test_run_once_says_what_stands_and_since_when_although_nothing_is_due(shop: Installation) -> None:
    shop.write_ledger([ACME], [bill("INV-1", "C1", late(-20))])
    shop.ok("import")
    shop.ok("go-live", "--yes")
    shop.ok("stop")
    told: list[str] = []
    with shop.house() as house:
        house.send_log.append([Attempt(99, 1, "x", MONDAY)])
        status = run_once(dataclasses.replace(house, open_inbox=None, open_text_inbox=None), told.append)

    assert status == 1
    assert "Messages: none was due." in told
    assert [line for line in told if "stopped all sending (since 2026-11-23 15:00 UTC). Cure: " in line]
    assert [line for line in told if "the send log knows reminder 99" in line]


def test_run_once_under_a_working_daemon_is_refused_in_one_sentence(shop: Installation) -> None:
    draft(shop)
    shop.ok("status")

    with shop.house() as house, only_one(house.store):
        result = shop.run("run", "--once")

    assert result.exit_code == 1
    assert "another reminderbot" in result.stderr
    assert "Traceback" not in result.stderr


def test_migrate_says_what_it_did(shop: Installation) -> None:
    assert "The store has schema 0001 now (it was empty before)." in shop.ok("migrate")
    assert "already has schema 0001" in shop.ok("migrate")
    shop.ok("import")
