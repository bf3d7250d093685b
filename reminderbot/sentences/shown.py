"""How money, days, moments and ages are written: in the owner's language, by the owner's clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Row

from reminderbot.compose import formats
from reminderbot.core.account import OpenItem
from reminderbot.core.dispute import Dispute
from reminderbot.core.money import Money
from reminderbot.desk.talk import Entry
from reminderbot.house import House
from reminderbot.sentences.words import Words


class Shown:
    """The ways of writing of one installation."""

    def __init__(self, house: House, words: Words) -> None:
        self._house = house
        self._words = words
        # Days and sums by the owner's own locale: en-GB, not merely en.
        self._locale = house.business.language or words.language

    def money(self, amount: Money) -> str:
        """`GBP 1,250.00`."""
        return formats.money(amount, self._locale)

    def in_currency(self, amount: Decimal, currency: str) -> str:
        """The same of a bare number."""
        return self.money(Money(amount, currency))

    def round_sum(self, amount: Money) -> str:
        """`GBP 1,250`: what is only foretold is told without its cents."""
        from babel.numbers import format_decimal

        return f"{amount.currency} {format_decimal(amount.amount, '#,##0', locale=self.locale)}"

    def short_day(self, on: date) -> str:
        """`3 Mar`, as the owner's own country writes it."""
        from babel.dates import format_skeleton

        return str(format_skeleton("MMMd", on, locale=self.locale))

    def sums(self, amounts: Iterable[Money]) -> str:
        """Sums of several currencies, side by side."""
        return " + ".join(map(self.money, amounts)) or "0"

    def day(self, on: date | datetime) -> str:
        """`Mon 3 Mar 2026`, a moment by the owner's own day."""
        from babel.dates import format_date

        if isinstance(on, datetime):
            on = on.astimezone(self._house.rules.zone).date()
        return f"{format_date(on, 'EEE', locale=self.locale)} {formats.day(on, self._locale)}"

    def moment(self, at: datetime) -> str:
        """`Mon 3 Mar 2026 09:10`, by the owner's clock."""
        return f"{self.day(at)} {self.clock(at)}"

    def clock(self, at: datetime) -> str:
        """`09:10`, by the owner's clock."""
        return f"{at.astimezone(self._house.rules.zone):%H:%M}"

    def age(self, since: datetime | timedelta) -> str:
        """How long ago that is, roughly: `3 hours`."""
        from babel.dates import format_timedelta

        span = since if isinstance(since, timedelta) else self._house.clock.now() - since
        return str(format_timedelta(max(span, timedelta(0)), locale=self.locale, threshold=1.5))

    def balance(self, row: Row[Any]) -> str:
        """What is open on an invoice of the store."""
        return self.money(Money(row.open_balance, row.currency))

    def kind(self, kind: str) -> str:
        """What a reply was understood as, in words."""
        return self._words.or_none(f"kind.{kind}") or kind

    def told(self, entry: Entry) -> str:
        """One event of a customer's story as a sentence."""
        if entry.data.get("call"):
            return self._called(entry)
        text = self._words.or_none(f"event.{entry.what}") or entry.what
        return text.format_map(defaultdict(str, {name: value for name, value in entry.data.items() if value}))

    def _called(self, entry: Entry) -> str:
        how = self._words(f"call.{entry.data['call']}")
        if entry.data.get("taken_back"):
            return self._words("event.uncalled", how=how)
        told = self._words("event.called", how=how)
        return f"{told}: {entry.data['words']}" if entry.data.get("words") else told

    def languages(self, tags: Iterable[str]) -> list[tuple[str, str]]:
        """Languages to choose from, by the names they have in the owner's."""
        return [(tag, str(formats.locale(tag).get_display_name(self.locale) or tag)) for tag in tags]

    def matters(self, waiting: Iterable[Dispute]) -> list[tuple[str, str]]:
        """Matters of a case to choose from, by their numbers."""
        return [
            (str(one.dispute_id), f"{self._words(f'dispute_reason.{one.reason}')}: {', '.join(one.invoices)}")
            for one in waiting
        ]

    def choices(self, values: Iterable[StrEnum], table: str) -> list[tuple[str, str]]:
        """The values of a kind to choose from, by the texts in a table of the words."""
        return [(value.value, self._words.or_none(f"{table}.{value.value}") or value.value) for value in values]

    def invoices(self, items: Iterable[OpenItem]) -> list[tuple[str, str]]:
        """Open invoices to choose from."""
        return [(item.invoice.number, f"{item.invoice.number} ({self.money(item.balance)})") for item in items]

    @property
    def locale(self) -> Any:
        """The owner's locale, as Babel has it."""
        return formats.locale(self._locale)
