"""Puts the right address or number in the place of a wrong one, closes one for good, and shows what is open and why."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from reminderbot.core.contact import address_on, reachable
from reminderbot.core.customer import Consent, Customer
from reminderbot.core.facts import Facts
from reminderbot.core.gate import Gate
from reminderbot.core.ladder import Channel
from reminderbot.core.undo import Undo, UndoKind
from reminderbot.desk import typed
from reminderbot.desk.find import Exactly, one_customer
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.ledger.csv_addresses import email, phone
from reminderbot.ledger.csv_cells import BadCell
from reminderbot.store import contact, ledger, people, undo


@dataclass(frozen=True, slots=True)
class Way:
    """One way of writing to a customer."""

    channel: Channel
    # What counts now; empty: there is none.
    address: str
    # What the ledger has, where a person put another one in its place; else empty.
    listed: str
    # Whether it may be used, and why not.
    gate: Gate
    # SMS: what they agreed to, when and how.
    consent: Consent | None


@dataclass(frozen=True, slots=True)
class Changed:
    """A customer with what is written to now, and what takes the change back; None: it cannot be."""

    customer: Customer
    channel: Channel
    undo: Undo | None


def ways(house: House, connection: Connection, customer_id: str) -> tuple[Way, ...]:
    """Each channel to a customer: address, consent, and whether it is open; Refused where the ledger has no such."""
    facts = house.gatherer.gather(connection, [customer_id], house.clock.now()).get(customer_id)
    if facts is None:
        raise Refused("The ledger no longer lists this customer.")
    return ways_of(connection, facts)


def ways_of(connection: Connection, facts: Facts) -> tuple[Way, ...]:
    """The same for whoever has the facts already."""
    who = facts.account.customer
    return tuple(
        Way(
            channel,
            address_on(who, channel),
            people.listed_address(connection, who.customer_id, channel) if by_hand else "",
            reachable(who, channel, facts.reach),
            who.contact.sms_consent if channel is Channel.SMS else None,
        )
        for channel in Channel
        for by_hand in (people.address_by_hand(connection, who.customer_id, channel),)
    )


def correct(house: House, actor: str, words: str | Exactly, channel: Channel, address: str) -> Changed:
    """Write to the customer that `words` means at this address from now on; an empty one: at the ledger's again.

    It counts until the ledger itself brings another one than it has now. A number without consent on record is
    telephoned, never texted.
    """
    now = house.clock.now()
    with house.store.writing() as connection:
        who = one_customer(connection, words)
        key = who.customer_id
        before = people.address_by_hand(connection, key, channel)
        after = _fit(channel, address, who)
        if after == (before or address_on(who, channel)):
            raise Refused(f"{who.name} is written to at that address already.")
        people.write_to(connection, key, channel, after, now, actor)
        ledger.review(connection, [key], now)
        data = {"channel": channel.value, "before": before, "after_hash": house.gatherer.hash_of(after)}
        back = undo.remember(connection, UndoKind.CONTACT, actor, now, data, customer_id=key)
        known = people.get(connection, key)
        assert known is not None
    return Changed(known, channel, back)


def close(
    house: House, actor: str, words: str | Exactly, channel: Channel, *, opted_out: bool, why: str = ""
) -> Changed:
    """Use the customer's address no more: it is dead, or they told a person that they want no more messages there.

    An opt-out from text messages cannot be taken back at the desk: only they can, by their own word (47 CFR 64.1200).
    """
    now = house.clock.now()
    with house.store.writing() as connection:
        who = one_customer(connection, words)
        address = address_on(who, channel)
        if not address:
            raise Refused(
                f"{who.name} has no {'address' if channel is Channel.EMAIL else 'number'} that could be closed."
            )
        kind = contact.OPTED_OUT if opted_out else contact.DEAD
        told = typed.words(why) or ("they asked for no more messages" if opted_out else "the address does not work")
        digest, key = house.gatherer.hash_of(address), who.customer_id
        before = contact.closed(connection, [], [digest])[0]
        if not contact.close(connection, digest, channel, kind, f"{told} (noted by {actor})", key, now, actor):
            raise Refused(f"That is closed already for {who.name}.")
        ledger.review(connection, [key], now)
        data = {"channel": channel.value, "hash": digest}
        final = bool(before) or (opted_out and channel is Channel.SMS)
        back = None if final else undo.remember(connection, UndoKind.CLOSED, actor, now, data, customer_id=key)
    return Changed(who, channel, back)


def _fit(channel: Channel, address: str, who: Customer) -> str:
    try:
        found = email(address.strip()) if channel is Channel.EMAIL else phone(address.strip(), who.country)
    except BadCell as error:
        raise Refused(f"'{address}' cannot be written to: it {error}.") from None
    return found or ""
