"""Column types: moments are aware and in UTC, amounts are exact, and text is text whatever somebody wrote."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import DateTime, Dialect, String, Text, TypeDecorator
from sqlalchemy.dialects.sqlite import DATETIME
from sqlalchemy.types import TypeEngine


class _Text(DATETIME):
    """SQLite's form of a moment as SQLAlchemy writes it, in a third of the time."""

    def bind_processor(self, _dialect: Dialect) -> Callable[[datetime | None], str | None]:
        return lambda value: None if value is None else value.isoformat(" ", "microseconds")


class Moment(TypeDecorator[datetime]):
    """An aware instant, kept in UTC."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(_Text())  # type: ignore[no-untyped-call]  # SQLAlchemy left it untyped
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive moment must not reach the store")
        # Nearly every moment is in UTC already.
        return (value if value.tzinfo is UTC else value.astimezone(UTC)).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Amount(TypeDecorator[Decimal]):
    """An exact decimal, kept as text: SQLite has no decimals of its own."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, _dialect: Dialect) -> str | None:
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Name(TypeDecorator[str]):
    """A name or number from outside, of limited length; `storable`."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class Words(Name):
    """Anybody's words, however long; `storable`."""

    impl = Text
    cache_ok = True


def storable(text: str) -> str:
    """`text`, with a mark for what a database cannot keep: PostgreSQL no NUL, neither of them half a surrogate pair.

    A customer's answer must not be lost, nor a search fail, over a character that says nothing.
    """
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode("utf-8")
