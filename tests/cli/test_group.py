"""The command line as a whole: help, quickness, and how every error ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reminderbot.cli.group import COMMANDS, cli
from tests.installation import ACME, BOLT, Installation, bill, late

HEAVY = {"sqlalchemy", "twilio", "jinja2", "babel", "holidays", "phonenumbers", "rich", "flask", "alembic", "requests"}
NAMES = [name for family in COMMANDS.values() for name, _, _ in family]


def loaded_by(*words: str, given: str = "") -> tuple[str, set[str]]:
    """What a command prints, and the top-level packages that are loaded when it ends."""
    program = "import sys; from reminderbot.cli import main\ntry: main(sys.argv[1:])\nexcept SystemExit: pass\n"
    program += "print('LOADED', *sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program, *words], input=given, capture_output=True, text=True)
    return done.stdout, set(done.stderr.rpartition("LOADED ")[2].split())


def test_help_lists_every_command_and_imports_nothing_heavy() -> None:
    out, loaded = loaded_by("--help")

    assert all(f"\n  {name} " in out for name in NAMES)
    assert not loaded & HEAVY
    assert not loaded & {"asyncio", "ssl", "http", "dataclasses", "email"}


def test_classify_imports_neither_store_nor_network() -> None:
    item = '{"id": "1", "channel": "sms", "received": "2026-11-23T10:00:00+00:00", "text": "STOP"}'

    out, loaded = loaded_by("classify", given=item + "\n")

    assert '"opt_out"' in out
    assert not loaded & {"sqlalchemy", "twilio", "jinja2", "rich", "flask", "alembic", "requests"}


@pytest.mark.parametrize("name", NAMES)
def test_every_command_explains_itself(name: str, shop: Installation) -> None:
    result = shop.run(name, "--help")

    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: reminderbot {name}")


def test_a_slip_in_a_commands_name_is_answered_with_the_one_that_was_meant(shop: Installation) -> None:
    result = shop.run("plam")

    assert result.exit_code == 2
    assert "There is no command 'plam'. Did you mean plan?" in result.stderr


def test_mistakes_in_the_settings_are_all_told_at_once(shop: Installation) -> None:
    config = shop.folder / "config.toml"
    config.write_text(config.read_text().replace('currency = "USD"', 'currency = "DOLLARS"\nfax = "1"'))

    result = shop.run("plan")

    assert result.exit_code == 2
    assert "currency" in result.stderr
    assert "fax" in result.stderr
    assert not (shop.folder / "state").exists()


def test_settings_that_are_not_there_are_named(tmp_path: Path) -> None:
    shop = Installation(tmp_path / "shop")
    (shop.folder / "config.toml").unlink()

    result = shop.run("status")

    assert result.exit_code == 2
    assert "there is no such file: run `reminderbot init` first" in result.stderr


def test_the_settings_are_found_in_the_environment(shop: Installation) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "reminderbot", "status", "--json"],
        env={"PATH": "/usr/bin:/bin", "REMINDERBOT_CONFIG": str(shop.folder / "config.toml")},
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )

    assert done.returncode == 0, done.stderr
    assert '"mode": "draft"' in done.stdout


def test_a_store_that_cannot_be_opened_ends_in_one_sentence(shop: Installation) -> None:
    (shop.folder / "state").mkdir()
    (shop.folder / "state" / "reminderbot.db").write_bytes(b"this is no database at all, not in the least" * 50)

    result = shop.run("status")

    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert "file is not a database" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_store_of_another_version_says_what_to_do(shop: Installation) -> None:
    shop.ok("status")
    with shop.house() as house, house.store.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")

    result = shop.run("status")

    assert result.exit_code == 1
    assert "run `reminderbot migrate` first" in result.stderr


def test_a_mistake_of_ours_says_so_and_keeps_the_details_in_a_file_without_addresses(shop: Installation) -> None:
    shop.ok("import")
    with shop.house() as house, house.store.writing() as connection:
        # A tier state that no version of the program writes: a case kind nobody knows.
        connection.exec_driver_sql(
            "INSERT INTO case_file (kind, opened_at, why, words, invoices, resolution)"
            " VALUES ('jane@acme.example', '2026-01-01 00:00:00', '', '', '[]', '')"
        )

    result = shop.run("case", "list")

    assert result.exit_code == 1
    assert "a mistake in reminderbot, not yours (ValueError)" in result.stderr
    kept = shop.folder / "state" / "last-mistake.log"
    assert str(kept) in result.stderr
    assert "Traceback" in kept.read_text()
    assert "jane@acme.example" not in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0


def test_debug_shows_the_details_of_a_mistake_of_ours(shop: Installation) -> None:
    shop.ok("status")
    with shop.house() as house, house.store.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO case_file (kind, opened_at, why, words, invoices, resolution)"
            " VALUES ('nonsense', '2026-01-01 00:00:00', '', '', '[]', '')"
        )

    result = shop.run("--debug", "case", "list")

    assert "Traceback (most recent call last)" in result.stderr


def test_the_group_is_a_value_that_tests_and_tools_can_call() -> None:
    assert cli.name == "cli"


# A file may not grow past this: what a full disk is to a program.
_FULL = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000)); sys.argv[0] = 'x'"


def test_a_full_disk_ends_in_one_sentence_and_leaves_nothing_half_done(shop: Installation) -> None:
    shop.ok("import")
    many = [bill(f"N-{n}", "C1", late(5)) for n in range(2500)]
    shop.write_ledger([ACME, BOLT], [bill("INV-1", "C1", late(5)), bill("INV-2", "C2", late(2)), *many])
    program = f"{_FULL}; from reminderbot.cli import main; main(sys.argv[1:])"
    config = str(shop.folder / "config.toml")

    done = subprocess.run(
        [sys.executable, "-c", program, "--config", config, "import"],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )

    assert done.returncode == 1, done.stdout
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "The store failed" in done.stderr
    assert "make room" in done.stderr or "free space" in done.stderr
    assert len(shop.json("report")["customers"]) == 2
    assert shop.json("report")["aging"]["USD"]["1-30"] == "200.00"


def _in_a_shell(shop: Installation, line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What `line` does in a shell, where $RB is the program."""
    program = f"{sys.executable} -m reminderbot --config {shop.folder / 'config.toml'}"
    return subprocess.run(
        ["sh", "-c", line],
        capture_output=True,
        text=True,
        env={**os.environ, "RB": program, **environment},
        cwd=Path(__file__).parents[2],
        encoding="latin-1",
    )


@pytest.mark.parametrize(
    "line", ["$RB plan <&-", "$RB plan >&-", "$RB plan 2>&-", "$RB release C1 <&-", "$RB classify <&-"]
)
def test_a_stream_that_was_closed_before_is_no_mistake_of_ours(shop: Installation, line: str) -> None:
    shop.ok("import")
    shop.ok("hold", "C1")

    done = _in_a_shell(shop, line)

    assert done.returncode == (2 if "release" in line else 0), done.stderr
    assert "mistake" not in done.stderr


def test_a_terminal_that_knows_only_latin_1_gets_names_for_what_it_cannot_show(shop: Installation) -> None:
    shop.ok("import")

    done = _in_a_shell(shop, "$RB why C1", PYTHONIOENCODING="latin-1")

    assert done.returncode == 0, done.stderr
    assert "\\N{BALLOT X} It waits for their working hours." in done.stdout
