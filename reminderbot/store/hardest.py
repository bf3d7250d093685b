"""Finds the customers in the ledger that are hardest to write to: what goes well for them goes well for all."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, exists, func, select

from reminderbot.store.tables import customer, invoice


class Hard(StrEnum):
    """What makes a customer hard to write to."""

    LONGEST_NAME = "longest_name"
    MOST_INVOICES = "most_invoices"
    LARGEST_SUM = "largest_sum"
    NO_CONTACT = "no_contact"
    OTHER_CURRENCY = "other_currency"
    NO_LINK = "no_link"


def hardest(connection: Connection, currency: str) -> dict[Hard, str]:
    """One customer with something open for each difficulty that there is; `currency` is the business's own."""
    asked: dict[Hard, Select[Any]] = {
        Hard.LONGEST_NAME: _OWING.order_by(func.length(customer.c.name).desc()),
        Hard.MOST_INVOICES: _INVOICES.group_by(invoice.c.customer_id).order_by(func.count().desc()),
        # Amounts are kept as text: the longest is the largest, and the hardest to find room for.
        Hard.LARGEST_SUM: _INVOICES.order_by(func.length(invoice.c.open_balance).desc()),
        Hard.NO_CONTACT: _OWING.where(customer.c.contact_name == ""),
        Hard.OTHER_CURRENCY: _INVOICES.where(invoice.c.currency != currency),
        Hard.NO_LINK: _INVOICES.where(invoice.c.pay_url == ""),
    }
    found = {why: connection.execute(_first(query)).scalar() for why, query in asked.items()}
    return {why: key for why, key in found.items() if key is not None}


_INVOICES = select(invoice.c.customer_id).join(customer).where(invoice.c.is_open, customer.c.listed)
_OWING = select(customer.c.customer_id).where(
    customer.c.listed, exists().where(invoice.c.customer_id == customer.c.customer_id, invoice.c.is_open)
)


def _first(query: Select[Any]) -> Select[Any]:
    # Always the same one, as long as nothing has changed.
    return query.order_by(query.selected_columns[0]).limit(1)
