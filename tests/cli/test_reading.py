"""`plan`, `why`, `status`, `report`: what is read, as text and as JSON."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

from reminderbot.cli.line import Line
from reminderbot.core.hold import HoldKind
from reminderbot.core.stop import Mode
from reminderbot.store import hold, setting
from reminderbot.wiring import build_house
from tests.installation import ACME, BOLT, BOLTON, MONDAY, TODAY, Installation, bill, late, run_line


def test_plan_shows_when_to_whom_and_how_much_and_sends_nothing(shop: Installation) -> None:
    shop.ok("import")

    out = shop.ok("plan")

    assert "Mon 23 Nov 2026 10:10 EST  Acme Ltd  gentle" in out
    assert "Tue 24 Nov 2026 09:00 EST  Bolt Co   gentle" in out
    assert "100.00 USD" in out
    assert "Mode is draft" in out
    with shop.house() as house:
        assert not house.dry_run_folder.exists()


def test_plan_looks_only_as_far_as_it_is_asked(shop: Installation) -> None:
    shop.ok("import")

    assert [m["customer_id"] for m in shop.json("plan", "--days", "0")["messages"]] == ["C1"]
    assert [m["customer_id"] for m in shop.json("plan", "--days", "1")["messages"]] == ["C1", "C2"]


def test_plan_as_json_has_utc_and_local_time_and_exact_sums(shop: Installation) -> None:
    shop.ok("import")

    first = shop.json("plan")["messages"][0]

    # Ten minutes in which it can be taken back.
    assert first["at"] == "2026-11-23T15:10:00+00:00"
    assert first["at_local"] == "2026-11-23T10:10:00-05:00"
    assert first["owed"] == [{"amount": "100.00", "currency": "USD"}]
    assert (first["tier"], first["channel"], first["invoices"]) == ("gentle", "email", ["INV-1"])


def test_plan_says_who_waits_and_why(shop: Installation) -> None:
    shop.ok("import")
    shop.ok("hold", "C2", "--why", "the roof leaks")

    out = shop.ok("plan")

    assert "Bolt Co (C2): the roof leaks (all invoices)" in out


def test_plan_tells_of_tasks_for_a_person(shop: Installation) -> None:
    shop.write_ledger([BOLT], [bill("INV-1", "C2", late(5))])
    shop.ok("import")
    assert shop.json("plan", "--days", "60")["tasks"][0]["kind"] == "call"
    assert "For a person" in shop.ok("plan", "--days", "60")


def test_why_tells_every_gate_and_what_comes_next(shop: Installation) -> None:
    shop.ok("import")
    shop.ok("hold", "C1", "--until", "2026-11-30", "--why", "on holiday")

    out = shop.ok("why", "INV-1")

    told = "paused reminders about INV-1 today: “on holiday”. The pause ends by itself after November 30."
    assert (
        f"{told} After that, if it is still open, the first reminder about INV-1 goes out on December 1 at 09:00."
        in out
    )
    assert "✓ Owed: INV-1, together USD 100.00." in out
    assert "✗ " in out
    assert "Hold 1, until Tue 01 Dec 2026 00:00 EST: on holiday" in out
    assert "by_hand" not in out


def test_why_as_json_has_the_same_sentences_and_the_values_they_are_made_from(shop: Installation) -> None:
    shop.ok("import")
    shop.ok("hold", "C1", "--until", "2026-11-30", "--why", "on holiday")

    told = shop.json("why", "C1")

    (one,) = told["invoices"]
    assert (one["number"], one["next"], one["at"], one["letter"], one["shut"]) == (
        "INV-1", "letter", "2026-12-01T14:00:00+00:00", "first", ["held"],
    )  # fmt: skip
    assert one["told"] == told["told"][: len(one["told"])]
    assert all(sentence in shop.ok("why", "C1") for sentence in told["told"])


def test_why_at_a_day_tells_what_was_decided_then(shop: Installation) -> None:
    shop.ok("import")
    shop.plan()
    shop.clock.advance(timedelta(days=1))
    shop.ok("hold", "C1", "--why", "on holiday")
    shop.plan()

    monday, tuesday = (shop.ok("why", "C1", "--at", f"2026-11-{day}") for day in (23, 24))

    assert "A letter about INV-1 was to go out" in monday
    assert "on holiday" not in monday
    assert "Tue 24 Nov 2026 10:00 EST:" in tuesday
    assert "“on holiday”" in tuesday
    assert shop.json("why", "C1", "--at", "2026-11-23")["decisions"][0]["decision"]["send"]["tier"] == "gentle"
    # Nothing changed on Wednesday, so Tuesday's decision stood.
    assert shop.json("why", "C1", "--at", "2026-11-25")["decisions"][0]["from"] == "2026-11-24T15:00:00+00:00"
    assert "Nothing was decided about them" in shop.ok("why", "C1", "--at", "2026-11-20")


def test_why_decides_anew_and_says_when_the_last_run_decided_otherwise(shop: Installation) -> None:
    shop.ok("import")
    shop.plan()
    assert shop.json("why", "C1")["last_decided_otherwise"] is False
    with shop.house() as house, house.store.writing() as connection:
        hold.place(connection, "C1", HoldKind.REPLY, "they wrote", MONDAY)

    told = shop.json("why", "C1")

    assert told["last_decided_otherwise"] is True
    assert told["decision"]["send"] is None
    assert "The last run decided otherwise" in shop.ok("why", "C1")


def test_why_shows_what_was_said(shop: Installation) -> None:
    shop.ok("import")
    shop.allow()
    shop.send()

    out = shop.ok("why", "acme")

    assert "Mon 23 Nov 2026 10:00 EST  we: 'gentle' by e-mail for INV-1: accepted" in out
    assert shop.json("why", "acme")["messages"][0]["state"] == "accepted"


def test_why_lists_several_customers_of_one_name(shop: Installation) -> None:
    shop.write_ledger([BOLT, BOLTON], [bill("INV-1", "C2", late(5))])
    shop.ok("import")

    assert "C2  Bolt Co" in shop.ok("why", "bolt")
    assert [c["customer_id"] for c in shop.json("why", "bolt")["candidates"]] == ["C2", "C3"]
    assert shop.ok("why", "BOLT", "co").startswith("Bolt Co (C2)")


def test_why_of_nobody_says_whom_it_may_mean(shop: Installation) -> None:
    empty = shop.run("why", "INV-1")
    assert "Nothing has been taken in yet" in empty.stderr
    shop.ok("import")

    result = shop.run("why", "INV-11")

    assert result.exit_code == 2
    assert result.stderr.startswith("Nobody and nothing here is called 'INV-11'. Did you mean INV-1 or INV-2?")


def test_why_tells_the_stops_of_the_house_in_plain_words(shop: Installation) -> None:
    shop.ok("import")
    shop.allow()
    shop.ok("stop", "--reason", "a wrong letter")

    out = shop.ok("why", "C1")

    assert "stopped all sending" in out
    assert "run `reminderbot go-live` to lift it" in out


def test_why_of_a_customer_no_longer_listed_says_so(shop: Installation) -> None:
    shop.ok("import")
    shop.write_ledger([ACME], [bill("INV-1", "C1", late(5))])
    shop.ok("import", "--yes")

    assert "Your books no longer list this customer, so nothing is sent." in shop.ok("why", "C2")


def test_status_of_a_fresh_installation_is_calm(shop: Installation) -> None:
    out = shop.ok("status")

    assert "draft: nothing leaves" in out
    assert "none was taken in yet" in out
    assert "Cases     none wait" in out


def test_status_tells_what_stops_sending_and_since_when(shop: Installation) -> None:
    shop.ok("import")
    shop.allow()
    shop.send()
    assert shop.json("status")["stops"] == []
    shop.clock.advance(timedelta(minutes=15))
    assert shop.json("status")["stops"] == []
    shop.clock.advance(timedelta(seconds=1))

    told = shop.json("status")

    assert [stop["kind"] for stop in told["stops"]] == ["inbox", "texts"]
    assert told["stops"][0]["since"] == "2026-11-23T15:00:00+00:00"
    assert told["mode"] == "live"


def test_status_counts_what_waits(shop: Installation) -> None:
    shop.write_ledger([ACME, BOLT], [bill("INV-1", "C1", late(5)), bill("OLD", "C2", late(120))])
    shop.ok("import")
    shop.plan()
    shop.allow(Mode.APPROVE)
    shop.ok("promise", "C2", "2026-11-30", "--amount", "40")

    told = shop.json("status")

    assert (told["planned"], told["to_approve"]) == (1, 1)
    assert told["cases"] == {"old_debt": 1}
    assert told["promised"] == [{"amount": "40", "currency": "USD"}]
    assert "1 reminder, none before Mon 23 Nov 2026 10:00 EST; 1 of them wait for your yes" in shop.ok("status")


def test_what_the_mail_server_did_not_take_is_in_status_and_why_says_when_it_is_tried_again(shop: Installation) -> None:
    shop.ok("import")
    shop.allow()
    with shop.house() as house:
        # The settings' own mail server, at which nobody listens.
        real = build_house(Line(config=str(shop.folder / "config.toml")).settings(with_secrets=True), shop.clock)
        assert run_line(dataclasses.replace(house, channels=real.channels)) == 0
        real.store.close()

    told = shop.json("status")["failing"]
    again = shop.json("why", "C1")["next"]["at"]

    assert list(told.values()) == [1]
    assert "Cannot connect to the mail server 127.0.0.1:9" in next(iter(told))
    assert "Failing   1 reminder, to be tried again: Cannot connect" in shop.ok("status")
    assert again == shop.json("why", "C1")["planned"][0]["not_before"]
    assert again > MONDAY.isoformat()


def test_status_says_when_the_first_batch_waits(shop: Installation) -> None:
    shop.ok("import")
    with shop.house() as house, house.store.writing() as connection:
        setting.put(connection, setting.GRANT, {"mode": "live", "instance": house.instance})

    assert "the next batch waits for your yes: this would be the first batch ever" in shop.ok("status")


def test_report_sorts_what_is_owed_by_age(shop: Installation) -> None:
    ages = {"A": -1, "B": 0, "C": 1, "D": 30, "E": 31, "F": 60, "G": 61, "H": 90, "I": 91}
    shop.write_ledger([ACME], [bill(number, "C1", late(age), "10.00") for number, age in ages.items()])
    shop.ok("import")

    told = shop.json("report")

    assert told["aging"]["USD"] == {
        "no due date": "0",
        "not yet due": "20.00",
        "1-30": "20.00",
        "31-60": "20.00",
        "61-90": "20.00",
        "over 90": "10.00",
    }
    assert told["customers"][0]["total"] == "90.00"
    assert "all " in shop.ok("report")


def test_report_tells_what_was_sent_and_received(shop: Installation) -> None:
    paid = f"P1,C2,INV-2,{TODAY - timedelta(days=1)},USD,25.00,payment"
    shop.write_ledger([ACME, BOLT], [bill("INV-1", "C1", late(5)), bill("INV-2", "C2", late(2))], [paid])
    shop.ok("import")
    shop.allow()
    shop.send()

    told = shop.json("report")

    assert told["sent"] == [{"tier": "gentle", "channel": "email", "count": 1}]
    assert told["received"] == [{"amount": "25.00", "currency": "USD"}]
    assert "1 'gentle' by e-mail" in shop.ok("report")


def test_reading_commands_change_nothing(shop: Installation) -> None:
    shop.ok("import")
    shop.plan()
    before = dump(shop)

    for words in (("plan",), ("why", "C1"), ("status",), ("report",), ("case", "list"), ("approve",)):
        shop.ok(*words)
        shop.json(*words)

    assert dump(shop) == before


def dump(shop: Installation) -> list[str]:
    with shop.house() as house, house.store.reading() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        return list(raw.iterdump())
