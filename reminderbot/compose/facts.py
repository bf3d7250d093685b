"""What a letter may say of one customer: every name a template can use, as words ready to be read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from reminderbot.compose import formats
from reminderbot.compose.clean import clean, clean_lines, clean_url
from reminderbot.compose.listing import Listing, list_items
from reminderbot.compose.schema import SHORT_URL
from reminderbot.compose.words import WORDS, Words, base, chain, count_of, spoken
from reminderbot.core.account import Account, OpenItem, totals
from reminderbot.core.business import Business
from reminderbot.core.money import Money, subtotals
from reminderbot.core.plan import Standing


class NothingOwed(ValueError):
    """There is nothing to ask for: the invoices are settled, or money received covers them."""


@dataclass(frozen=True, slots=True)
class NextInstalment:
    """What a note before an instalment is about."""

    # What is still to be paid of it.
    rest: Money
    due_on: date
    place: int
    count: int


def next_instalment(standing: Standing) -> NextInstalment | None:
    """The instalment of a plan that comes next; None where all is paid."""
    found = standing.next_unpaid()
    if found is None:
        return None
    place, one, rest = found
    return NextInstalment(Money(rest, standing.plan.currency), one.due_on, place, len(standing.plan.instalments))


@dataclass(frozen=True, slots=True)
class LetterRequest:
    """Which letter, to whom, about what, on which day."""

    business: Business
    account: Account
    # The items to list: all of this customer.
    items: tuple[OpenItem, ...]
    # The letter's file name without language and ending, e.g. "gentle".
    letter: str
    today: date
    # Where an answer goes (the tokenised Reply-To); empty: the business's own address.
    reply_address: str = ""
    # BCP 47; empty: the customer's language, else the business's.
    language: str = ""
    # The languages this letter is written in (`Letters.languages`); any other is passed over.
    written: Collection[str] = frozenset(WORDS)
    # Only for the note before it.
    instalment: NextInstalment | None = None
    # What a thank-you is for: invoices that are settled, and stand in no ledger's open items.
    settled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """One customer's facts in words: strings as they are read, and booleans."""

    letter: str
    # Where the letter is looked for, best first, e.g. ("en-GB", "en").
    languages: tuple[str, ...]
    values: Mapping[str, str | bool]
    listing: Listing


def letter_facts(request: LetterRequest) -> LetterFacts:
    """The facts for `request`, in the first of its languages that letters are written in.

    Raises NothingOwed where nothing is left to ask for, and ValueError where an item belongs to another customer.
    """
    language = _language(request)
    words = WORDS[base(language)]
    if request.settled:
        return _thanks(request, words, language)
    items = _oldest_first(request)
    taken_off = request.account.taken_off(items)
    due = _still_due(request.account, items, taken_off)
    values: dict[str, str | bool] = {
        **_about_business(request.business, request.reply_address),
        **_about_customer(request, words),
        **_about_invoices(tuple(item.invoice.number for item in items), words),
        **_about_instalment(request.instalment, language),
        **_about_dates(items, request.today, words, language),
        **_about_paying(items),
        **_about_money(taken_off, due, words, language),
    }
    shared_link = bool(values["has_pay_url"])
    listing = list_items(items, taken_off, due, words, language, with_links=not shared_link)
    return LetterFacts(request.letter, _told_in(language), values, listing)


def _language(request: LetterRequest) -> str:
    languages = chain(request.language or request.account.customer.language, request.business.language)
    return spoken(languages, request.written)


def _told_in(language: str) -> tuple[str, ...]:
    """Letters follow the language of the facts, so that no letter mixes two."""
    return tuple(dict.fromkeys((language, base(language))))


def _thanks(request: LetterRequest, words: Words, language: str) -> LetterFacts:
    """A thank-you names what was settled, and asks for nothing."""
    values: dict[str, str | bool] = {
        **_about_business(request.business, request.reply_address),
        **_about_customer(request, words),
        **_about_invoices(request.settled, words),
        **_about_instalment(None, language),
        **_about_paying(()),
        **dict.fromkeys(("total", "unapplied", "oldest_due_on", "days_past_due"), ""),
        **dict.fromkeys(("has_unapplied", "is_past_due"), False),
        "today_on": formats.day(request.today, language),
    }
    return LetterFacts(request.letter, _told_in(language), values, list_items((), (), (), words, language, False))


def _oldest_first(request: LetterRequest) -> tuple[OpenItem, ...]:
    strangers = [
        i.invoice.number for i in request.items if i.invoice.customer_id != request.account.customer.customer_id
    ]
    if strangers:
        raise ValueError(f"invoice {strangers[0]} is another customer's: it cannot stand in this letter")
    return tuple(sorted(request.items, key=lambda i: (i.invoice.due_on or date.max, i.invoice.number)))


def _still_due(account: Account, items: tuple[OpenItem, ...], taken_off: tuple[Money, ...]) -> tuple[Money, ...]:
    less = (Money(-money.amount, money.currency) for money in taken_off)
    due = tuple(money for money in subtotals((*totals(items), *less)) if money.amount > 0)
    if not due:
        raise NothingOwed(f"customer {account.customer.customer_id} owes nothing on these invoices: no letter is due")
    return due


# The same in every letter of a house.
@lru_cache(maxsize=16)
def _about_business(business: Business, reply_address: str) -> Mapping[str, str | bool]:
    phone = clean(business.phone)
    return {
        "business_name": clean(business.name),
        "business_email": clean(business.email, 254),
        "business_phone": phone,
        "has_business_phone": bool(phone),
        "business_address": clean_lines(business.address),
        "reply_address": clean(reply_address or business.email, 254),
    }


def _about_customer(request: LetterRequest, words: Words) -> dict[str, str | bool]:
    name = clean(request.account.customer.contact.name)
    return {
        "contact_name": name,
        "has_contact_name": bool(name),
        "customer_name": clean(request.account.customer.name),
        "greeting": words.hello_name.format(name=name) if name else words.hello,
    }


def _about_invoices(numbers: tuple[str, ...], words: Words) -> dict[str, str | bool]:
    first, others = clean(numbers[0], 40), len(numbers) - 1
    return {
        "invoice": f"{first} {count_of(others, words.one_more, words.more)}" if others else first,
        "invoice_count": str(len(numbers)),
        "several_invoices": others > 0,
    }


def _about_instalment(part: NextInstalment | None, language: str) -> dict[str, str | bool]:
    return {
        "instalment": formats.money(part.rest, language) if part else "",
        "instalment_on": formats.day(part.due_on, language) if part else "",
        "instalment_place": str(part.place) if part else "",
        "instalment_count": str(part.count) if part else "",
        "is_last_instalment": part is not None and part.place == part.count,
    }


def _about_dates(items: tuple[OpenItem, ...], today: date, words: Words, language: str) -> dict[str, str | bool]:
    oldest = items[0].invoice.due_on
    late = items[0].days_past_due(today) or 0
    since = count_of(late, words.one_day, words.days) if late > 0 else ""
    return {
        "today_on": formats.day(today, language),
        "oldest_due_on": formats.day(oldest, language) if oldest else "",
        "days_past_due": since,
        "is_past_due": late > 0,
    }


def _about_paying(items: tuple[OpenItem, ...]) -> dict[str, str | bool]:
    links = {clean_url(item.invoice.pay_url) for item in items}
    shared = links.pop() if len(links) == 1 else ""
    return {
        "pay_url": shared,
        "short_pay_url": shared if len(shared) <= SHORT_URL else "",
        "has_pay_url": bool(shared),
        "has_pay_links": any(links),
    }


def _about_money(
    unapplied: tuple[Money, ...], due: tuple[Money, ...], words: Words, language: str
) -> dict[str, str | bool]:
    return {
        "total": _sums(due, words, language),
        "unapplied": _sums(unapplied, words, language) if unapplied else "",
        "has_unapplied": bool(unapplied),
    }


def _sums(sums: tuple[Money, ...], words: Words, language: str) -> str:
    written = [formats.money(money, language) for money in sums]
    if len(written) == 1:
        return written[0]
    return words.both.format(first=", ".join(written[:-1]), last=written[-1])
