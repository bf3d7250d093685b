"""What a person writes on the command line: days and sums."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import click


class Day(click.ParamType[date]):
    """A day, as 2026-11-27."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"'{value}' is not a day: write it like 2026-11-27", param, ctx)


class Amount(click.ParamType[Decimal]):
    """A sum of money above 0, with a decimal point."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        try:
            found = Decimal(value)
        except InvalidOperation:
            found = Decimal("NaN")
        if not found.is_finite() or found <= 0:
            self.fail(f"'{value}' is not a sum: write it like 120.50, without thousands separators", param, ctx)
        return found


DAY = Day()
AMOUNT = Amount()
