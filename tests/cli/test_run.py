"""`run --once`, `migrate`, `demo`: what the command line adds to them."""

from __future__ import annotations

from reminderbot.store.lock import only_one
from tests.installation import Installation


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
