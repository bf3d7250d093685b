"""Finds the customer or invoice a person means."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from sqlalchemy import Connection

from reminderbot.core.customer import Customer
from reminderbot.desk.refusal import Refused
from reminderbot.store import listing, people

# Longer than any number or name in a ledger.
_LONGEST = 200
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Exactly:
    """The customer of just this number, for whoever has them before their eyes: it may be an invoice's of another."""

    customer_id: str


@dataclass(frozen=True, slots=True)
class Found:
    """One customer, and the invoice where one was named."""

    customer: Customer
    invoice: str | None = None


def candidates(connection: Connection, words: str) -> list[Found]:
    """Everybody whom `words` may mean; Refused where that is nobody.

    They are an invoice's number, a customer's number or name, or a part of a name.
    """
    _refuse_a_book(words)
    invoice = listing.invoice_like(connection, words)
    if invoice is not None:
        owner = people.get(connection, invoice.customer_id)
        assert owner is not None
        return [Found(owner, invoice.number)]
    customers = people.find(connection, words)
    if not customers:
        raise Refused(f"Nobody and nothing here is called '{words}'.{_near(connection, words)}")
    return [Found(customer) for customer in customers]


def one(connection: Connection, words: str | Exactly) -> Found:
    """The one customer or invoice that `words` means; Refused where there is none, or more than one."""
    if isinstance(words, Exactly):
        return Found(_exactly(connection, words.customer_id))
    found = candidates(connection, words)
    if len(found) > 1:
        named = ", ".join(f"{f.customer.customer_id} ({f.customer.name})" for f in found[:10])
        raise Refused(f"'{words}' may mean several customers: {named}. Write the number of one of them.")
    return found[0]


def one_customer(connection: Connection, words: str | Exactly) -> Customer:
    """The one customer that `words` means, or the owner of the invoice it names."""
    return one(connection, words).customer


def one_invoice(connection: Connection, words: str) -> Found:
    """The invoice of that number; Refused where there is none."""
    _refuse_a_book(words)
    invoice = listing.invoice_like(connection, words)
    if invoice is None:
        raise Refused(f"There is no invoice '{words}'.{_of_customer(connection, words) or _near(connection, words)}")
    return one(connection, invoice.number)


def _refuse_a_book(words: str) -> None:
    if len(words) > _LONGEST:
        raise Refused(f"Nobody and nothing here has a name of {len(words)} letters.")


def _exactly(connection: Connection, customer_id: str) -> Customer:
    found = people.get(connection, customer_id)
    if found is None:
        raise Refused("There is no such customer: it may have left the ledger.")
    return found


def _of_customer(connection: Connection, words: str) -> str:
    """What to write where a customer was named in place of an invoice."""
    customers = people.find(connection, words)
    if len(customers) != 1:
        return ""
    who = customers[0]
    numbers = people.open_numbers(connection, who.customer_id)
    shown = ", ".join(numbers[:_SHOWN]) + (f" and {len(numbers) - _SHOWN} more" if len(numbers) > _SHOWN else "")
    return f" It is a customer, {who.name}, with {f'these open: {shown}' if numbers else 'nothing open'}."


def _near(connection: Connection, words: str) -> str:
    known = {name.lower(): name for name in listing.known_names(connection)}
    near = difflib.get_close_matches(words.lower(), known, n=3, cutoff=0.6)
    if near:
        return f" Did you mean {' or '.join(known[name] for name in near)}?"
    return "" if known else " Nothing has been taken in yet: run `reminderbot import`."
