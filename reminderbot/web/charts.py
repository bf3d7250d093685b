"""Figures as the rows of a picture: a label, a share of the longest bar, and the value in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from reminderbot.core.back_test import Range
from reminderbot.core.money import Money
from reminderbot.desk.calendar import Day
from reminderbot.desk.figures import Effect, Month, Pace
from reminderbot.desk.forecast import Ahead
from reminderbot.sentences.shown import Shown
from reminderbot.sentences.words import Words

if TYPE_CHECKING:
    from flask import Flask

Row = tuple[str, float, str]
# The same with the lowest and the highest it may be, as shares of the longest.
Ranged = tuple[str, float, float, float, str]


def draw(app: Flask, shown: Shown, words: Words) -> None:
    """Hand the templates what turns figures into rows."""

    def sum_of(amounts: Iterable[Decimal], currency: str) -> str:
        return shown.money(Money(sum(amounts, Decimal(0)), currency))

    def shares(column: Mapping[str, Decimal], names: Sequence[str], table: str, currency: str) -> list[Row]:
        longest = max([*column.values(), Decimal(0)]) or Decimal(1)
        kept = [name for name in names if column[name]]
        return [
            (words(f"{table}.{name}"), float(column[name] / longest), shown.money(Money(column[name], currency)))
            for name in kept
        ]

    def pace_rows(found: Sequence[Pace]) -> list[Row]:
        longest = max((one.days_late for one in found), default=0) or 1
        return [(one.name, one.days_late / longest, _pace(one)) for one in found]

    def _pace(one: Pace) -> str:
        return words("reports.pace_value", count=one.invoices, days=f"{one.days_late:.0f}")

    def _effect(one: Effect) -> str:
        return words("reports.effect_value", share=percent(one.share), paid=one.paid, all=one.spoke_of)

    def effect_rows(found: Sequence[Effect]) -> list[Row]:
        return [(one.tier, one.share, _effect(one)) for one in found]

    def count_rows(found: Sequence[tuple[str, int]]) -> list[Row]:
        longest = max((number for _, number in found), default=0) or 1
        return [(shown.kind(kind), number / longest, str(number)) for kind, number in found]

    def message_rows(found: Sequence[Month]) -> list[Row]:
        longest = max((one.messages for one in found), default=0) or 1
        return [(f"{one.year}-{one.month:02}", one.messages / longest, _messages(one)) for one in found]

    def _messages(one: Month) -> str:
        channel = words(f"channel.{one.channel}")
        if not one.segments:
            return words("reports.messages_value", number=one.messages, channel=channel)
        return words("reports.segments_value", number=one.messages, channel=channel, segments=one.segments)

    def percent(share: float) -> str:
        from babel.numbers import format_percent

        return str(format_percent(share, "#,##0 %", locale=shown.locale))

    app.jinja_env.filters["percent"] = percent
    app.jinja_env.globals.update(
        sum_of=sum_of, shares=shares, pace_rows=pace_rows, effect_rows=effect_rows, count_rows=count_rows,
        message_rows=message_rows, range_rows=_ranges(shown, words),
    )  # fmt: skip
    _draw_days(app, shown, words)


def _draw_days(app: Flask, shown: Shown, words: Words) -> None:
    def day_rows(found: Sequence[Day]) -> list[Row]:
        longest = max((len(one.messages) for one in found), default=0) or 1
        return [(shown.day(one.on), len(one.messages) / longest, _of_day(one)) for one in found]

    def _of_day(one: Day) -> str:
        told = [words("calendar.of_tier", number=number, tier=tier) for tier, number in one.tiers.items()]
        return ", ".join(told) or words("calendar.tasks", len(one.tasks))

    app.jinja_env.globals["day_rows"] = day_rows


def _ranges(shown: Shown, words: Words) -> Callable[[Ahead], list[Ranged]]:
    """What turns expected money into rows."""

    def value(span: Range, currency: str) -> str:
        told, low, high = (shown.round_sum(Money(one, currency)) for one in (span.expected, span.low, span.high))
        return words("forecast.value", sum=told, low=low, high=high)

    def rows(one: Ahead) -> list[Ranged]:
        longest = max((week.range.high for week in one.weeks), default=Decimal(0)) or Decimal(1)
        return [
            (shown.short_day(week.begins_on), *_parts(week.range, longest), value(week.range, one.currency))
            for week in one.weeks
        ]

    return rows


def _parts(span: Range, longest: Decimal) -> tuple[float, float, float]:
    return float(span.low / longest), float(span.expected / longest), float(span.high / longest)
