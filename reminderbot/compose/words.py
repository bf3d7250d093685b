"""The few words that facts bring along, one set a language: a language folder under templates/ needs one here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """What surrounds names, sums and dates in one language."""

    hello: str
    hello_name: str
    both: str
    and_more: str
    one_day: str
    days: str
    # The list of invoices.
    invoice: str
    issued: str
    due: str
    amount: str
    part_of: str
    further: str
    unmatched: str
    total: str
    order: str
    pay: str


WORDS = {
    "en": Words(
        hello="Hello,",
        hello_name="Hello {name},",
        both="{first} and {last}",
        and_more="{first} and {count} more",
        one_day="1 day",
        days="{count} days",
        invoice="Invoice",
        issued="Issued",
        due="Due",
        amount="Open amount",
        part_of="part of {total}",
        further="and {count} more",
        unmatched="Received, not yet matched",
        total="Total",
        order="your order {number}",
        pay="Pay this invoice",
    ),
}

LAST_RESORT = "en"


def base(language: str) -> str:
    """The language of a BCP 47 tag without its region: "en" of "en-GB"."""
    return language.replace("_", "-").partition("-")[0].lower()


def chain(*wanted: str) -> tuple[str, ...]:
    """Where letters are looked for, best first: en-GB, en, then the next wish, and English at last."""
    steps = [step for language in wanted if language for step in (language, base(language))]
    return tuple(dict.fromkeys([*steps, LAST_RESORT]))


def spoken(languages: tuple[str, ...]) -> str:
    """The first of `languages` that facts can be told in."""
    return next(language for language in languages if base(language) in WORDS)
