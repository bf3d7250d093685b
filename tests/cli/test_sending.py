"""`go-live`, `approve`, `stop`: what lets messages leave."""

from __future__ import annotations

from datetime import timedelta

from reminderbot.core.event import EventKind
from reminderbot.core.stop import Mode
from reminderbot.store import journal, outbox, setting
from reminderbot.store.sendlog import Attempt, Step
from tests.installation import ACME, MONDAY, Installation, bill, late


def value(shop: Installation, key: str) -> object:
    with shop.house() as house, house.store.reading() as connection:
        return setting.get(connection, key)


def kinds(shop: Installation) -> list[EventKind]:
    with shop.house() as house, house.store.reading() as connection:
        return [event.kind for _, event in journal.read(connection)]


def test_go_live_shows_the_first_batch_and_grants_what_the_settings_allow(shop: Installation) -> None:
    shop.ok("import")

    out = shop.ok("go-live", "--yes")

    assert "2 messages would leave today and tomorrow" in out
    assert "Acme Ltd" in out
    assert shop.json("status")["mode"] == "live"
    assert value(shop, setting.BREAKER) is None
    assert EventKind.WENT_LIVE in kinds(shop)


def test_go_live_warns_loudly_while_nothing_proves_that_answers_are_heard(shop: Installation) -> None:
    shop.ok("import")

    assert "WARNING: reminderbot's own mail has not come back yet" in shop.ok("go-live", "--yes")

    config = shop.folder / "config.toml"
    config.write_text(config.read_text().replace("[inbox]\n", "[inbox]\ncanary = false\n"))
    assert "WARNING: no answer has come in yet" in shop.ok("go-live", "--yes")
    assert "switched off" in shop.run("check").stdout


def test_go_live_without_a_terminal_and_without_yes_does_nothing(shop: Installation) -> None:
    shop.ok("import")

    result = shop.run("go-live")

    assert result.exit_code == 2
    assert "add --yes" in result.stderr
    assert value(shop, setting.GRANT) is None


def test_go_live_asks_whose_debts_these_are_before_any_text(shop: Installation) -> None:
    shop.ok("import")

    refused = shop.run("go-live", answers="n\n", at_terminal=True)
    assert "owed to you yourself" in refused.stdout
    assert refused.exit_code == 2
    assert "take [sms] out of the settings" in refused.stderr
    assert value(shop, setting.GRANT) is None

    agreed = shop.run("go-live", answers="y\ny\n", at_terminal=True)
    assert agreed.exit_code == 0
    assert shop.json("status")["mode"] == "live"


def test_go_live_can_be_declined(shop: Installation) -> None:
    shop.ok("import")

    result = shop.run("go-live", answers="y\nn\n", at_terminal=True)

    assert result.exit_code == 2
    assert "Not gone live" in result.stderr
    assert value(shop, setting.GRANT) is None


def test_go_live_in_draft_says_what_to_write_first(shop: Installation) -> None:
    shop.mode = "draft"
    shop.write_config()

    result = shop.run("go-live", "--yes")

    assert result.exit_code == 2
    assert 'The settings say mode = "draft"' in result.stderr


def test_go_live_lifts_the_kill_switch_and_every_halt(shop: Installation) -> None:
    shop.ok("import")
    shop.ok("go-live", "--yes")
    shop.ok("stop")
    with shop.house() as house, house.store.writing() as connection:
        setting.put(connection, setting.HALTED, {"sms": {"why": "filtered", "since": MONDAY.isoformat()}})

    shop.ok("go-live", "--yes")

    assert value(shop, setting.STOPPED) is None
    assert value(shop, setting.HALTED) is None


def test_only_adopt_goes_on_from_a_store_that_has_lost_history(shop: Installation) -> None:
    shop.ok("import")
    with shop.house() as house:
        house.send_log.append([Attempt(7, 1, "x" * 32, MONDAY)])

    refused = shop.run("go-live", "--yes")
    assert refused.exit_code == 1
    assert "nothing leaves before this is mended" in refused.stdout
    assert "the send log knows reminder 7" in refused.stdout
    assert "This installation is live" not in refused.stdout
    assert "lost history" in [stop["kind"] for stop in shop.json("status")["stops"]]

    shop.ok("go-live", "--yes", "--adopt")
    assert "lost history" not in [stop["kind"] for stop in shop.json("status")["stops"]]

    shop.ok("go-live", "--yes")
    assert "lost history" not in [stop["kind"] for stop in shop.json("status")["stops"]]


def test_adopting_shows_only_what_then_leaves_and_a_no_adopts_nothing(shop: Installation) -> None:
    shop.ok("import")
    with shop.house() as house:
        house.send_log.append([Attempt(7, 1, "x" * 32, MONDAY, steps=(Step("INV-1", 1, "gentle", 3),))])
    assert "Acme Ltd" in shop.run("go-live").stdout

    shown = shop.run("go-live", "--adopt", answers="y\nn\n", at_terminal=True).stdout
    assert "1 message would leave" in shown
    assert "Acme Ltd" not in shown
    assert "lost history" in [stop["kind"] for stop in shop.json("status")["stops"]]

    shop.ok("go-live", "--yes", "--adopt")
    assert shop.send() == 0
    shop.clock.advance(timedelta(days=1))
    assert shop.send() == 1


def test_go_live_names_hours_that_the_hourly_limit_keeps(shop: Installation) -> None:
    shop.write_config("[sending]\nmax_per_day = 1000\nfirst_contacts_per_day = 1000\nmax_per_hour = 2")
    shop.write_ledger(
        [ACME.replace("C1", f"C{n}").replace("jane@", f"jane{n}@").replace("0111", f"011{n}") for n in range(3)],
        [bill(f"INV-{n}", f"C{n}", late(5)) for n in range(3)],
    )
    shop.ok("import")

    out = shop.ok("go-live", "--yes")

    assert (out.count("10:10 EST"), out.count("11:10 EST")) == (2, 1)
    assert [shop.send(), shop.send()] == [2, 0]
    shop.clock.advance(timedelta(minutes=61))
    assert shop.send() == 1


def test_what_the_next_look_ends_is_no_failure_of_go_live(shop: Installation) -> None:
    shop.ok("import")
    shop.ok("go-live", "--yes")
    shop.send()
    shop.clock.advance(timedelta(hours=1))

    assert "Nothing leaves before the next look:\n  ! the inbox was last read" in shop.ok("go-live", "--yes")


def test_stop_touches_nothing_but_the_switch(shop: Installation) -> None:
    shop.ok("import")
    shop.ok("go-live", "--yes")
    shop.plan()
    grant, planned = value(shop, setting.GRANT), shop.json("approve")["waiting"]

    shop.ok("stop", "--reason", "a wrong letter")

    assert value(shop, setting.GRANT) == grant
    assert shop.json("approve")["waiting"] == planned
    assert shop.send() == 0
    shop.ok("go-live", "--yes")
    assert shop.send() == 1


def test_stop_works_without_a_store_and_says_how(shop: Installation) -> None:
    shop.ok("import")
    store = shop.folder / "state" / "reminderbot.db"
    good = store.read_bytes()
    store.write_bytes(b"this is no database at all, not in the least" * 50)

    result = shop.run("stop")

    assert result.exit_code == 1
    assert result.stderr.startswith(
        f"Stopped by the file {shop.folder / 'state' / 'STOP'}: nothing is sent while it is"
    )
    assert "file is not a database" in result.stderr
    store.write_bytes(good)
    assert "the file STOP is there" in [stop["why"] for stop in shop.json("status")["stops"]]


def test_stop_says_plainly_where_it_could_not_stop(shop: Installation) -> None:
    shop.ok("import")
    (shop.folder / "state" / "reminderbot.db").write_bytes(b"this is no database at all, not in the least" * 50)
    # A loop of links: nobody can make that file, not even root.
    (shop.folder / "state" / "STOP").symlink_to("STOP")

    assert shop.run("stop").stderr.startswith("NOT stopped: ")


def test_stopping_twice_keeps_who_stopped_it_first(shop: Installation) -> None:
    shop.ok("stop", "--reason", "first")

    assert "It was stopped already." in shop.ok("stop", "--reason", "second")
    assert kinds(shop).count(EventKind.STOPPED) == 1


def test_approve_without_an_id_only_lists(shop: Installation) -> None:
    shop.ok("import")
    shop.allow(Mode.APPROVE)
    shop.plan()

    out = shop.ok("approve")

    assert "Acme Ltd <jane@acme.example>" in out
    assert "for your yes" in out
    assert shop.send() == 0


def test_an_approved_reminder_leaves_and_the_others_stay(shop: Installation) -> None:
    shop.write_ledger(
        [ACME, ACME.replace("C1", "C2").replace("jane@", "joe@").replace("0111", "0112")],
        [bill("INV-1", "C1", late(5)), bill("INV-2", "C2", late(5))],
    )
    shop.ok("import")
    shop.allow(Mode.APPROVE)
    shop.plan()
    first = shop.json("approve")["waiting"][0]["reminder_id"]

    assert "Approved 1 reminder." in shop.ok("approve", str(first))

    assert shop.send() == 1
    shop.ok("approve", "--all")
    assert shop.send() == 1


def test_a_yes_releases_an_unusual_batch(shop: Installation) -> None:
    shop.ok("import")
    shop.plan()
    with shop.house() as house, house.store.writing() as connection:
        setting.put(connection, setting.GRANT, {"mode": "live", "instance": house.instance})
    assert shop.send() == 0

    shop.ok("approve", "--all")

    assert value(shop, setting.BREAKER) is None
    assert shop.send() == 1


def test_approving_what_does_not_wait_is_refused_and_approves_nothing(shop: Installation) -> None:
    shop.ok("import")
    shop.allow(Mode.APPROVE)
    shop.plan()

    result = shop.run("approve", "1", "99")

    assert result.exit_code == 2
    assert "Reminder 99 does not wait for a yes" in result.stderr
    with shop.house() as house, house.store.reading() as connection:
        assert [row.approved_by for row in outbox.planned(connection)] == [None]


def test_approving_in_draft_says_that_nothing_leaves_yet(shop: Installation) -> None:
    shop.ok("import")
    shop.plan()

    assert "`reminderbot go-live` comes first" in shop.ok("approve", "--all")


def test_what_is_planned_for_later_shows_its_hour(shop: Installation) -> None:
    shop.clock.advance(timedelta(hours=9))
    shop.ok("import")
    shop.plan()

    assert "Tue 24 Nov 2026 09:00 EST" in shop.ok("approve")
