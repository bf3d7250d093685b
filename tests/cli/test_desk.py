"""`hold`, `release`, `paid`, `promise`, `case`: the desk's work by hand."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from reminderbot.core.case import CaseKind
from reminderbot.core.hold import HoldKind
from reminderbot.core.inbound import Inbound
from reminderbot.core.ladder import Channel
from reminderbot.core.understanding import Kind, Understanding
from reminderbot.store import case, hold, inbox
from tests.installation import ACME, BOLT, BOLTON, MONDAY, Installation, bill, late


def messages(shop: Installation, days: int = 30) -> list[tuple[str, str]]:
    return [(m["customer_id"], m["at"][:10]) for m in shop.json("plan", "--days", str(days))["messages"]]


def test_a_hold_on_a_customer_keeps_them_in_peace_until_it_is_lifted(shop: Installation) -> None:
    shop.ok("import")

    out = shop.ok("hold", "acme", "--why", "we talk on Friday")

    assert out.startswith("Hold 1: no reminders to Acme Ltd until `reminderbot release 1`.")
    assert "C1" not in dict(messages(shop))


def test_a_hold_on_an_invoice_leaves_the_others(shop: Installation) -> None:
    shop.write_ledger([ACME], [bill("INV-1", "C1", late(5)), bill("INV-2", "C1", late(6))])
    shop.ok("import")

    shop.ok("hold", "inv-2")

    assert shop.json("plan")["messages"][0]["invoices"] == ["INV-1"]


def test_a_hold_with_a_last_day_ends_with_that_day(shop: Installation) -> None:
    shop.ok("import")

    shop.ok("hold", "C1", "--until", "2026-11-30")

    assert messages(shop)[1] == ("C1", "2026-12-01")


def test_a_hold_may_end_today_but_not_yesterday(shop: Installation) -> None:
    shop.ok("import")

    result = shop.run("hold", "C1", "--until", "2026-11-22")

    assert result.exit_code == 2
    assert "2026-11-22 has passed already" in result.stderr
    shop.ok("hold", "C1", "--until", "2026-11-23")


def test_a_name_that_fits_several_holds_nobody(shop: Installation) -> None:
    shop.write_ledger([BOLT, BOLTON], [bill("INV-1", "C2", late(5))])
    shop.ok("import")

    result = shop.run("hold", "bolt")

    assert result.exit_code == 2
    assert "may mean several customers: C2 (Bolt Co), C3 (Bolton Ltd)" in result.stderr


def test_release_shows_what_would_leave_before_it_lifts(shop: Installation) -> None:
    shop.ok("import")
    shop.ok("hold", "C1", "--why", "we talk on Friday")

    declined = shop.run("release", "C1", answers="n\n", at_terminal=True)

    # Gently: the tier's own spacing after today.
    assert "Then: 'gentle' by e-mail about INV-1, Mon 30 Nov 2026 09:00 EST." in declined.stdout
    assert declined.exit_code == 2
    assert "C1" not in dict(messages(shop))
    assert "Lifted 1 hold." in shop.ok("release", "1", "--yes")
    assert "C1" in dict(messages(shop))


def test_release_says_which_holds_stay(shop: Installation) -> None:
    shop.ok("import")
    shop.ok("hold", "C1", "--why", "first")
    shop.ok("hold", "C1", "--why", "second")

    out = shop.ok("release", "1", "--yes")

    assert "Lifts hold 1 (by hand): first" in out
    assert "Stays hold 2 (by hand): second" in out
    assert "Then: nothing in sight" in out


def test_releasing_where_nothing_pauses_is_refused(shop: Installation) -> None:
    shop.ok("import")

    result = shop.run("release", "C1", "--yes")

    assert result.exit_code == 2
    assert "Nothing pauses Acme Ltd" in result.stderr


def test_an_invoice_noted_as_paid_is_never_mentioned_again(shop: Installation) -> None:
    shop.ok("import")

    assert "Noted 100.00 USD on INV-1 (Acme Ltd); 0.00 USD is still open." in shop.ok("paid", "INV-1")

    assert "C1" not in dict(messages(shop, 60))


def test_two_parts_noted_by_hand_add_up_and_the_ledgers_own_word_is_not_counted_twice(shop: Installation) -> None:
    shop.ok("import")
    shop.ok("paid", "INV-1", "--amount", "30")
    assert "30.00 USD is still open" in shop.ok("paid", "INV-1", "--amount", "40")

    paid = "P1,C1,INV-1,2026-11-23,USD,70.00,payment"
    shop.write_ledger([ACME, BOLT], [bill("INV-1", "C1", late(5)), bill("INV-2", "C2", late(2))], [paid])
    shop.ok("import")

    assert shop.json("why", "C1")["owed"] == [{"amount": "30.00", "currency": "USD"}]


def test_more_than_is_open_cannot_be_noted(shop: Installation) -> None:
    shop.ok("import")

    for amount, told in (("100.01", "Only 100.00 USD is open"), ("0.001", "more decimals"), ("0", "is not a sum")):
        result = shop.run("paid", "INV-1", "--amount", amount)
        assert result.exit_code == 2
        assert told in result.stderr
    assert shop.json("why", "C1")["owed"] == [{"amount": "100.00", "currency": "USD"}]
    shop.ok("paid", "INV-1", "--amount", "100")
    assert "Nothing is open on INV-1" in shop.run("paid", "INV-1").stderr


def test_a_payment_noted_by_mistake_can_be_taken_back(shop: Installation) -> None:
    shop.ok("import")
    shop.ok("paid", "INV-1")

    assert "100.00 USD is open on INV-1" in shop.ok("paid", "INV-1", "--undo")
    assert "C1" in dict(messages(shop))
    assert shop.run("paid", "INV-1", "--undo").exit_code == 2


def test_paid_for_an_invoice_that_is_not_there_says_which_was_meant(shop: Installation) -> None:
    shop.ok("import")

    result = shop.run("paid", "INV1")

    assert result.exit_code == 2
    assert "There is no invoice 'INV1'. Did you mean INV-1" in result.stderr


def test_a_promise_pauses_until_two_business_days_after_its_day(shop: Installation) -> None:
    shop.ok("import")

    # Thanksgiving is no business day.
    out = shop.ok("promise", "C1", "2026-11-25")

    assert "Noted: Acme Ltd pays by Wed 25 Nov 2026." in out
    assert "No reminders until Tue 01 Dec 2026 00:00 EST" in out
    assert "C1" not in dict(messages(shop, 60))
    assert [t["kind"] for t in shop.json("plan", "--days", "60")["tasks"] if t["customer_id"] == "C1"] == [
        "broken_promise"
    ]


def test_a_new_promise_takes_the_place_of_the_old_one(shop: Installation) -> None:
    shop.ok("import")
    shop.ok("promise", "C1", "2026-11-25")

    assert "The earlier promise is replaced." in shop.ok("promise", "C1", "2026-12-01", "--amount", "50")

    told = shop.json("why", "C1")
    assert [(p["due_on"], p["amount"]) for p in told["promises"]] == [("2026-12-01", "50")]
    assert [h["kind"] for h in told["holds"]] == ["promise"]


def test_the_day_of_a_promise_is_put_right_and_nothing_else(shop: Installation) -> None:
    shop.ok("import")
    shop.ok("promise", "C1", "2026-11-25", "--amount", "50")

    out = shop.ok("promise", "C1", "2026-12-01", "--correct", "1")

    assert "Noted: Acme Ltd pays by Tue 01 Dec 2026." in out
    assert "replaced" not in out
    (word,) = shop.json("why", "C1")["promises"]
    assert (word["due_on"], word["amount"], word["promised_on"]) == ("2026-12-01", "50", "2026-11-23")
    assert word["missing"] == [{"amount": "50", "currency": "USD"}]
    for words, told in (
        (("C1", "2026-12-04", "--correct", "1"), "is closed already"),
        (("C2", "2026-12-04", "--correct", "2"), "There is no promise 2"),
        (("C1", "2026-12-04", "--correct", "2", "--amount", "5"), "leave --amount and --invoice out"),
    ):
        result = shop.run("promise", *words)
        assert (result.exit_code, told in result.stderr) == (2, True), result.stderr


def test_a_broken_promise_is_told_with_what_to_keep_in_mind(shop: Installation) -> None:
    shop.ok("import")
    shop.ok("promise", "C1", "2026-11-25")
    shop.clock.move_to(MONDAY + timedelta(days=9))
    for name in ("customers", "invoices", "payments"):
        shop.stamp(shop.folder / "ledger" / f"{name}.csv")
    shop.ok("import")
    shop.send()

    (matter,) = (found for found in shop.json("case", "list") if found["kind"] == "broken_promise")
    told = shop.json("case", "show", str(matter["case_id"]))["missed_promise"]
    assert (told["promise"]["state"], told["reliability"]["broken"]) == ("broken", 0)
    assert told["promise"]["missing"] == [{"amount": "100.00", "currency": "USD"}]
    assert {"ask", "listen", "agree"} <= set(told["points"])
    out = shop.ok("case", "show", str(matter["case_id"]))
    assert "Nothing of it is in your books." in out
    assert "  - Assume nothing: ask" in out
    assert shop.json("why", "C1")["reliability"]["missed_in_a_row"] == 1
    assert "Their word: So far 0 kept, 0 kept in part, 1 not kept." in shop.ok("why", "C1")


def test_a_promise_for_one_invoice_pauses_only_that_one(shop: Installation) -> None:
    shop.write_ledger([ACME], [bill("INV-1", "C1", late(5)), bill("INV-2", "C1", late(6))])
    shop.ok("import")

    shop.ok("promise", "C1", "2026-11-30", "--invoice", "INV-1")

    assert shop.json("plan")["messages"][0]["invoices"] == ["INV-2"]


def test_a_promise_of_the_past_or_for_nothing_is_refused(shop: Installation) -> None:
    shop.ok("import")

    for words, told in (
        (("C1", "2026-11-22"), "has passed already"),
        (("C1", "friday"), "'friday' is not a day: write it like 2026-11-27"),
        (("C1", "2026-11-30", "--invoice", "INV-2"), "INV-2 is not open at Acme Ltd; open are INV-1"),
    ):
        result = shop.run("promise", *words)
        assert result.exit_code == 2
        assert told in result.stderr
    shop.ok("paid", "INV-1")
    assert "Nothing is open at Acme Ltd" in shop.run("promise", "C1", "2026-11-30").stderr


def dispute(shop: Installation, text: str = "Half of it never came.\nPlease check.") -> int:
    """Let the store hold what an understood dispute leaves there; gives its case."""
    found = Understanding(kinds=(Kind.DISPUTE,), needs_human=True, own_text=text)
    with shop.house() as house, house.store.writing() as connection:
        mail = Inbound(Channel.EMAIL, "INBOX/1/1", MONDAY, b"raw", "jane@acme.example")
        number = inbox.keep(connection, mail, "x", "x", MONDAY)
        assert number is not None
        inbox.settle(
            connection, number, inbox.UNDERSTOOD, customer_id="C1", matched_by="token", kinds=["dispute"],
            understanding=msgspec.to_builtins(found, str_keys=True), subject="Re: INV-1",
        )  # fmt: skip
        hold.place(connection, "C1", HoldKind.DISPUTE, "they contest what is owed", MONDAY, inbound_id=number)
        return case.open_one(
            connection, CaseKind.DISPUTE, "C1", "they contest what is owed", MONDAY,
            words="Half of it never came.", invoices=("INV-1",), inbound_id=number,
        )  # fmt: skip


def test_cases_are_listed_the_most_urgent_first(shop: Installation) -> None:
    shop.write_ledger([ACME, BOLT], [bill("INV-1", "C1", late(5)), bill("OLD", "C2", late(120))])
    shop.ok("import")
    dispute(shop)

    assert [found["kind"] for found in shop.json("case", "list")] == ["dispute", "old_debt"]
    assert shop.ok("case", "list").splitlines()[1].startswith("2     dispute   Acme Ltd")


def test_no_cases_is_said_in_words(shop: Installation) -> None:
    assert shop.ok("case", "list") == "Nothing waits for a person.\n"
    assert shop.json("case", "list") == []


def test_a_case_shows_the_customers_own_words_and_what_was_done(shop: Installation) -> None:
    shop.ok("import")
    number = dispute(shop)

    out = shop.ok("case", "show", str(number))

    assert "  | Half of it never came.\n  | Please check." in out
    assert "Subject: Re: INV-1" in out
    assert "Understood as dispute; known by its token." in out
    assert "It placed hold 1 (dispute): they contest what is owed" in out
    assert shop.json("case", "show", str(number))["reply"]["sender"] == "jane@acme.example"


def test_a_strangers_words_cannot_steer_the_terminal(shop: Installation) -> None:
    shop.ok("import")
    number = dispute(shop, "He\x1b]0;gone\x07llo\x9b2J, \u202ethere\nno \u2713 came")

    out = shop.ok("case", "show", str(number)) + shop.ok("why", "C1") + shop.ok("case", "list") + shop.ok("plan")

    assert "  | He\ufffd]0;gone\ufffdllo\ufffd2J, \ufffdthere\n  | no \u2713 came\n" in out
    assert not set("\x1b\x07\x9b\u202e") & set(out)


def test_a_case_is_resolved_with_a_word_or_not_at_all(shop: Installation) -> None:
    shop.ok("import")
    number = str(dispute(shop))

    refused = shop.run("case", "resolve", number, " ")

    assert refused.exit_code == 2
    assert "Say what came of it" in refused.stderr
    assert shop.json("case", "show", number)["resolved_at"] is None


def test_resolving_a_case_leaves_its_holds_unless_asked(shop: Installation) -> None:
    shop.ok("import")
    number = dispute(shop)

    out = shop.ok("case", "resolve", str(number), "sent", "the", "rest")

    assert "Still stands hold 1 (dispute)" in out
    assert "Reminders go on only after `reminderbot release 1`." in out
    assert shop.json("case", "show", str(number))["resolution"] == "sent the rest"
    assert "was resolved already: sent the rest" in shop.run("case", "resolve", str(number), "again").stderr


def test_resolving_with_release_lifts_what_came_with_the_case_and_nothing_else(shop: Installation) -> None:
    shop.ok("import")
    number = dispute(shop)
    shop.ok("hold", "C1", "--why", "on holiday")

    out = shop.ok("case", "resolve", str(number), "settled", "--release")

    assert "Lifted 1 hold." in out
    assert "Still stands hold 2 (by hand): on holiday" in out
    assert [h["hold_id"] for h in shop.json("why", "C1")["holds"]] == [2]


def test_an_old_debts_own_hold_goes_with_its_case(shop: Installation) -> None:
    shop.write_ledger([BOLT], [bill("OLD", "C2", late(120))])
    shop.ok("import")

    shop.ok("case", "resolve", "1", "they know", "--release")

    assert messages(shop, 1) == [("C2", "2026-11-23")]


def test_a_case_that_is_not_there_is_refused(shop: Installation) -> None:
    result = shop.run("case", "show", "7")

    assert result.exit_code == 2
    assert "There is no case 7" in result.stderr


def test_days_numbers_and_names_beyond_all_reason_are_refused_in_one_sentence(shop: Installation) -> None:
    shop.ok("import")

    for words, told in (
        (("hold", "C1", "--until", "9999-12-31"), "'9999-12-31' is after the year 2100: write a nearer day"),
        (("promise", "C1", "9999-12-31"), "is after the year 2100"),
        (("case", "show", "9" * 25), "is not a case's number: `reminderbot case list` shows them"),
        (("case", "show", "abc"), "is not a case's number"),
        (("release", "\u00b2"), "Nobody and nothing here is called '\u00b2'"),
        (("why", "a" * 100_000), "Nobody and nothing here has a name of 100000 letters."),
    ):
        result = shop.run(*words)
        assert result.exit_code == 2, words
        assert told in result.stderr
        assert len(result.stderr) < 500


def test_a_customer_in_place_of_an_invoice_is_told_which_are_open(shop: Installation) -> None:
    shop.ok("import")

    assert (
        shop.run("paid", "C1").stderr
        == "There is no invoice 'C1'. It is a customer, Acme Ltd, with these open: INV-1.\n"
    )
    shop.ok("paid", "INV-1")
    assert "It is a customer, Acme Ltd, with nothing open." in shop.run("paid", "acme").stderr


def test_what_a_person_does_is_in_the_journal_under_their_name(shop: Installation) -> None:
    from reminderbot.cli.line import actor
    from reminderbot.store import journal

    shop.ok("import")
    shop.ok("hold", "C1")
    shop.ok("release", "1", "--yes")
    shop.ok("paid", "INV-1", "--amount", "10")
    shop.ok("promise", "C1", (MONDAY + timedelta(days=4)).date().isoformat())

    with shop.house() as house, house.store.reading() as connection:
        actors = {event.kind.value: event.actor for _, event in journal.read(connection, "C1")}
    assert actors == dict.fromkeys(("held", "released", "paid", "promised"), actor())
