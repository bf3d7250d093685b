from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminderbot.core.money import Money, subtotals
from reminderbot.core.promise import Promise, PromiseState
from reminderbot.core.promise_share import Bill, Books, Came, Part, Share, Standing, shares
from tests.core.facts import MONDAY, days, gbp

FRIDAY = MONDAY + days(4)


def word(
    *invoices: str, amount: str = "", number: int = 1, on: int = 0, owed: str = "300", state: str = "open"
) -> Promise:
    money = tuple((name, gbp(owed)) for name in invoices)
    wanted = Decimal(amount) if amount else None
    day = MONDAY + days(on)
    return Promise(number, "ACME", day, FRIDAY, wanted, invoices, "I will", PromiseState(state), money)


def bill(number: str = "INV-1", still: str = "300", total: str = "300", says: Standing = Standing.LISTED) -> Bill:
    return Bill(number, "GBP", Decimal(total), Decimal(still), says)


def paid(invoice: str | None, amount: str, on: int = 3, **more: bool) -> Came:
    return Came(invoice, MONDAY + days(on), Decimal(amount), "GBP", **more)


def books(bills: Sequence[Bill], *came: Came, tolerance: str = "0") -> Books:
    floor = Decimal(tolerance)
    return Books(FRIDAY + days(9), {one.number: one for one in bills}, came, lambda left: left.amount <= floor)


def the(found: dict[int, Share], number: int = 1) -> tuple[str, str, str]:
    """What one promise asks for, has received and lacks, in pounds."""
    share = found[number]
    return tuple(  # type: ignore[return-value]  # three of them
        ",".join(str(money.amount) for money in sums) for sums in (share.asked_for, share.received, share.missing)
    )


def test_all_of_an_invoice_is_what_was_open_when_the_word_was_given() -> None:
    assert the(shares([word("INV-1")], books([bill(still="100")], paid("INV-1", "200")))) == ("300", "200", "100")


@pytest.mark.parametrize(("on", "received"), [(-1, ""), (0, "200"), (1, "200")])
def test_only_money_since_the_word_was_given_counts(on: int, received: str) -> None:
    found = shares([word("INV-1", amount="250")], books([bill(still="100")], paid("INV-1", "200", on)))
    assert the(found)[1] == received


def test_a_part_may_come_in_on_any_of_the_invoices() -> None:
    found = shares(
        [word("INV-1", "INV-2", amount="100")],
        books([bill(), bill("INV-2", "200")], paid("INV-2", "100")),
    )
    assert the(found) == ("100", "100", "")


def test_money_for_another_invoice_and_a_new_invoice_change_nothing() -> None:
    now = books([bill(), bill("INV-9", "0")], paid("INV-9", "300"))
    assert the(shares([word("INV-1")], now)) == ("300", "", "300")


def test_a_credit_note_makes_what_was_promised_smaller_and_is_no_payment() -> None:
    credit = paid("INV-1", "50", is_money=False)
    assert the(shares([word("INV-1")], books([bill(still="250")], credit))) == ("250", "", "250")
    assert the(shares([word("INV-1")], books([bill(still="0")], credit, paid("INV-1", "250")))) == ("250", "250", "")
    assert the(shares([word("INV-1", amount="280")], books([bill(still="250")], credit))) == ("250", "", "250")
    # There is still more open than the part that was promised.
    assert the(shares([word("INV-1", amount="100")], books([bill(still="250")], credit))) == ("100", "", "100")


@pytest.mark.parametrize("says", [Standing.VOID, Standing.CONTESTED])
def test_a_cancelled_or_contested_invoice_is_not_asked_for(says: Standing) -> None:
    now = books([bill(still="0"), bill("INV-2", says=says)], paid("INV-1", "300"))
    found = shares([word("INV-1", "INV-2")], now)
    assert the(found) == ("300", "300", "")
    assert found[1].contested is (says is Standing.CONTESTED)


def test_an_invoice_that_the_books_call_paid_is_paid_on_whatever_day() -> None:
    found = shares([word("INV-1")], books([bill(still="0", says=Standing.SETTLED)], paid("INV-1", "100")))[1]
    assert (found.is_whole, found.last_on) == (True, None)
    assert found.parts == (Part(MONDAY + days(3), gbp("100")), Part(None, gbp("200")))


def test_a_payment_that_the_bank_took_back_does_not_count() -> None:
    back = paid("INV-1", "-200", 5)
    now = books([bill(still="200")], paid("INV-1", "200"), paid("INV-1", "100"), back)
    assert the(shares([word("INV-1")], now)) == ("300", "100", "200")


def test_what_a_person_noted_and_what_the_ledger_has_is_the_same_money() -> None:
    note = paid("INV-1", "150", 3, by_hand=True)
    assert the(shares([word("INV-1")], books([bill(still="150")], note, paid("INV-1", "100")))) == ("300", "150", "150")


def test_a_note_of_all_that_was_paid_counts_only_what_came_since_the_word() -> None:
    # Fifty had been noted before, so 250 was open when they promised a hundred.
    note = paid("INV-1", "150", 3, by_hand=True)
    now = books([bill(still="150")], note)
    assert the(shares([word("INV-1", amount="120", owed="250")], now)) == ("120", "100", "20")


def test_a_few_cents_that_are_left_alone_do_not_break_a_promise() -> None:
    now = books([bill(still="0.50")], paid("INV-1", "299.50"), tolerance="0.50")
    assert shares([word("INV-1")], now)[1].is_whole
    assert not shares([word("INV-1")], replace(now, is_small=lambda left: left.amount <= Decimal("0.49")))[1].is_whole


def test_sums_never_cross_currencies() -> None:
    euro = Bill("INV-2", "EUR", Decimal(300), Decimal(0))
    given = replace(word("INV-1"), owed=(("INV-1", gbp("300")), ("INV-2", Money(Decimal(300), "EUR"))))
    came = Came("INV-2", FRIDAY, Decimal(300), "EUR"), Came("INV-1", FRIDAY, Decimal(300), "EUR")
    found = shares([given], books([bill(), euro], *came))[1]
    assert (found.received, found.missing) == ((Money(Decimal(300), "EUR"),), (gbp("300"),))


def test_unmatched_money_counts_for_nothing_and_is_told_to_one_promise_only() -> None:
    now = books([bill(), bill("INV-2")], paid(None, "400"))
    found = shares([word("INV-1"), word("INV-2", number=2)], now)
    assert [the(found, number) for number in (1, 2)] == [("300", "", "300"), ("300", "", "300")]
    assert [(found[n].loose, found[n].loose_would_do) for n in (1, 2)] == [
        ((gbp("300"),), True),
        ((gbp("100"),), False),
    ]


def test_a_new_word_on_the_same_invoice_takes_over_what_an_unkept_one_was_still_waiting_for() -> None:
    broken, again = word("INV-1", amount="100", state="broken"), word("INV-1", amount="100", number=2, on=10)
    found = shares([broken, again], books([bill(still="200")], paid("INV-1", "100", 12)))
    assert [the(found, number)[1] for number in (1, 2)] == ["", "100"]


# ---- no money counts twice

NAMES = ("INV-1", "INV-2", "INV-3")
sums = st.integers(1, 400).map(lambda cents: Decimal(cents) / 2)
payments = st.builds(
    lambda name, on, amount, currency, hand: Came(name, MONDAY + days(on), amount, currency, hand and name is not None),
    st.sampled_from([*NAMES, None]), st.integers(-5, 30), sums, st.sampled_from(["GBP", "GBP", "EUR"]), st.booleans(),
)  # fmt: skip
bills = st.builds(
    lambda total, share, says: (total, total * share / 4, says),
    sums, st.integers(0, 4), st.sampled_from([Standing.LISTED, Standing.LISTED, Standing.VOID, Standing.CONTESTED]),
)  # fmt: skip
words = st.builds(
    lambda names, on, amount, owed, state: Promise(
        0, "ACME", MONDAY + days(on), MONDAY + days(on + 5), amount, tuple(sorted(names)), "", PromiseState(state),
        tuple((name, Money(owed, "GBP")) for name in sorted(names)),
    ),
    st.sets(st.sampled_from(NAMES), min_size=1), st.integers(0, 20), st.none() | sums, sums,
    st.sampled_from(["open", "kept", "broken", "partly_kept"]),
)  # fmt: skip


@given(st.lists(words, min_size=1, max_size=4), st.lists(bills, min_size=3, max_size=3), st.lists(payments, max_size=8))
def test_no_money_counts_twice_and_none_is_made_up(
    given_words: list[Promise], rows: list[tuple[Decimal, Decimal, Standing]], came: list[Came]
) -> None:
    order = [replace(one, promise_id=number) for number, one in enumerate(given_words, 1)]
    known = {name: Bill(name, "GBP", *row) for name, row in zip(NAMES, rows, strict=True)}
    # A person's note stands once an invoice.
    notes = {one.invoice: one for one in came if one.by_hand}
    listed = [one for one in came if not one.by_hand] + list(notes.values())
    found = shares(order, Books(date(2027, 3, 1), known, tuple(listed)))

    for share, one in ((found[one.promise_id], one) for one in order):
        assert subtotals([*share.received, *share.missing]) == share.asked_for
        assert all(money.amount > 0 for money in (*share.received, *share.missing, *share.loose))
        assert all(part.on is not None and one.promised_on <= part.on for part in share.parts)
        if one.amount is not None:
            assert sum(money.amount for money in share.asked_for) <= one.amount
        assert sum(money.amount for money in share.asked_for) <= sum(owed.amount for _, owed in one.owed)
    counted = sum((money.amount for share in found.values() for money in share.received), Decimal(0))
    loose = sum((money.amount for share in found.values() for money in share.loose), Decimal(0))
    assert loose <= sum(one.amount for one in listed if one.invoice is None and one.currency == "GBP")
    there = Decimal(0)
    for name in NAMES:
        own = [one for one in listed if one.invoice == name and one.currency == "GBP"]
        ledger = sum((one.amount for one in own if not one.by_hand), Decimal(0))
        there += max(ledger, *(one.amount for one in own if one.by_hand), Decimal(0))
    assert counted <= there
