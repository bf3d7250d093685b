"""Gathers what a decision needs about many customers at once, in a number of queries that does not depend on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, Connection, Row, bindparam, or_, select

from reminderbot.core.account import Account, OpenItem, Progress
from reminderbot.core.beside import NAMES
from reminderbot.core.contact import Reach
from reminderbot.core.customer import Customer, Preference
from reminderbot.core.delivery import MAY_HAVE_HEARD, State
from reminderbot.core.facts import Facts, LastLetter
from reminderbot.core.invoice import due_part
from reminderbot.core.ladder import Channel
from reminderbot.core.money import Money, subtotals
from reminderbot.core.payer import Judgement, Thresholds, judge
from reminderbot.core.plan import beside
from reminderbot.store import balances, contact, hold, note, payer, plan, preference, thanks
from reminderbot.store.ledger import customer_of, invoice_of
from reminderbot.store.tables import customer, invoice, outbox, payment

# The longest stretch of the contact budget, and then some for the text that follows a letter.
_LOOK_BACK = timedelta(days=31)
# Closed by the house itself: the letters by mail are none the worse for it.
_BY_US = "by_us"
_TRIED = frozenset({*MAY_HAVE_HEARD, State.REFUSED})

# Each is put together once: that costs as much as asking it.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_CUSTOMERS = select(customer).where(customer.c.customer_id.in_(_IDS), customer.c.listed)
_ITEMS = (
    select(invoice)
    .where(invoice.c.customer_id.in_(_IDS), invoice.c.is_open)
    .order_by(invoice.c.due_on, invoice.c.number)
)
_DUE = (
    select(customer.c.customer_id)
    .where(customer.c.next_review_at <= bindparam("now"))
    .order_by(customer.c.next_review_at, customer.c.customer_id)
    .limit(bindparam("most"))
)
_CREDITS = (
    select(invoice.c.customer_id, invoice.c.number, invoice.c.open_balance, invoice.c.currency)
    .where(invoice.c.customer_id.in_(_IDS), invoice.c.in_credit)
    .order_by(invoice.c.number)
)
_UNAPPLIED = select(payment).where(payment.c.customer_id.in_(_IDS), payment.c.invoice.is_(None), payment.c.listed)
_SENT = select(
    outbox.c.reminder_id,
    outbox.c.customer_id,
    outbox.c.recipient_hash,
    outbox.c.channel,
    outbox.c.state,
    outbox.c.tier,
    outbox.c.claimed_at,
    outbox.c.follows,
    outbox.c.steps,
    outbox.c.balances,
    outbox.c.earlier,
).where(
    or_(outbox.c.customer_id.in_(_IDS), outbox.c.recipient_hash.in_(bindparam("hashes", expanding=True))),
    outbox.c.claimed_at > bindparam("since"),
)


def no_floor(_currency: str) -> Decimal:
    """Where every cent counts."""
    return Decimal(0)


@dataclass(frozen=True, slots=True)
class Gatherer:
    """How this installation knows addresses and zones; the same for every customer."""

    hash_of: Callable[[str], str]
    zones_of: Callable[[Customer], tuple[ZoneInfo, ...]]
    # The business's own.
    zone: ZoneInfo
    # Tiers that have a text message after their letter.
    text_tiers: frozenset[str]
    sms_enabled: bool
    # From when on somebody is a good payer; None: no segment asks.
    good_payer: Thresholds | None = None
    # The small-balance floor of a currency: what is open below it is settled.
    floor: Callable[[str], Decimal] = no_floor

    def gather(self, connection: Connection, customer_ids: Sequence[str], now: datetime) -> dict[str, Facts]:
        """Everything known about these customers at `now`, in their order; who is no longer listed is left out."""
        listed = connection.execute(_CUSTOMERS, {"ids": customer_ids})
        settled = preference.of_customers(connection, customer_ids)
        customers = {row.customer_id: _as_settled(customer_of(row), settled) for row in listed}
        ids = list(customers)
        items = _items(connection, ids, now.astimezone(self.zone).date())
        in_credit = _credits(connection, ids)
        unapplied = _unapplied(connection, ids, items, in_credit)
        holds = hold.of_customers(connection, ids)
        plans = plan.standing(connection, ids)
        owed_thanks = thanks.owed(connection, ids, now.date())
        hashes = {c.customer_id: self.hashes(c) for c in customers.values()}
        every_hash = [digest for pair in hashes.values() for digest in pair.values()]
        by_hash, by_customer = contact.closed(connection, ids, every_hash)
        past = self._past(connection, ids, now)
        sent = _Sent(_sent(connection, ids, every_hash, now))
        called = note.heard(connection, ids, every_hash, now - _LOOK_BACK)
        found = {}
        for key in (known for known in customer_ids if known in customers):
            who = customers[key]
            closed = _closed(hashes[key], by_hash, by_customer.get(key, []))
            if key in settled and settled[key].never_sms:
                closed.append((Channel.SMS, _BY_US, "a person decided never to text them"))
            own = sent.to(key, hashes[key].values())
            reach = Reach(
                self.zones_of(who),
                tuple((channel, why) for channel, _, why in closed),
                tuple(sorted((*_heard_at(own), *_called_at(called, key, hashes[key].values())))),
                self.sms_enabled,
            )
            mine = [row for row in own if row.customer_id == key]
            account = Account(
                who,
                _with_told(items.get(key, ()), mine, self.zone),
                unapplied.get(key, ()),
                tuple(in_credit.get(key, ())),
            )
            letter = self._last_letter(mine)
            ask_first = any(kind == contact.OPTED_OUT for _, kind, _ in closed)
            by_hand = settled[key].segment if key in settled else ""
            found[key] = Facts(
                account,
                reach,
                tuple(holds.get(key, ())),
                letter,
                ask_first,
                past.get(key),
                by_hand,
                tuple(beside(one, account.items, self.floor(one.currency)) for one in plans.get(key, ())),
                owed_thanks.get(key, ()),
            )
        return found

    def _past(self, connection: Connection, ids: Sequence[str], now: datetime) -> dict[str, Judgement]:
        """What their own history says of these customers; nothing where no segment asks."""
        if self.good_payer is None:
            return {}
        today = now.astimezone(self.zone).date()
        payers = payer.of_customers(connection, ids, today)
        return {key: judge(known, self.good_payer, today) for key, known in payers.items()}

    def hashes(self, who: Customer) -> dict[Channel, str]:
        """How each of their addresses is known where it must not stand."""
        addresses = {Channel.EMAIL: who.contact.email, Channel.SMS: who.contact.phone}
        return {channel: self.hash_of(address) for channel, address in addresses.items() if address}

    def _last_letter(self, rows: list[Row[Any]]) -> LastLetter | None:
        """The newest letter whose tier has a text message that was not yet tried."""
        settled = (State.ACCEPTED.value, State.CONFIRMED.value)
        letters = [r for r in rows if r.channel == Channel.EMAIL.value and r.state in settled]
        newest = max(letters, key=lambda r: r.claimed_at, default=None)
        if newest is None or newest.tier not in self.text_tiers:
            return None
        if any(r.follows == newest.reminder_id and State(r.state) in _TRIED for r in rows):
            return None
        stepped = {number for number, _, _ in newest.steps}
        listed, taken_off = balances.said(newest)
        stepped_on = tuple((number, balance) for number, balance in listed.items() if number in stepped)
        currencies = {balance.currency for _, balance in stepped_on}
        of_them = tuple(money for money in taken_off if money.currency in currencies)
        below = tuple((number, tier) for number, tier, _ in newest.steps if tier != newest.tier)
        return LastLetter(newest.reminder_id, newest.tier, newest.claimed_at, stepped_on, of_them, below)


def _as_settled(who: Customer, settled: Mapping[str, Preference]) -> Customer:
    language = settled[who.customer_id].language if who.customer_id in settled else ""
    return replace(who, language=language) if language else who


def _heard_at(rows: Iterable[Row[Any]]) -> tuple[datetime, ...]:
    """When somebody heard from us, or may have: a copy that a person had sent again counts beside the one before."""
    # Two messages of the very same moment are two.
    return tuple(sorted(at for row in rows for at in _said_at(row)))


def _said_at(row: Row[Any]) -> set[datetime]:
    said = {row.claimed_at} if State(row.state) in MAY_HAVE_HEARD else set()
    return said | {datetime.fromisoformat(at) for at in row.earlier or ()}


def _called_at(
    called: Iterable[tuple[str, str, datetime]], customer_id: str, hashes: Iterable[str]
) -> tuple[datetime, ...]:
    """When a person spoke to them, or left a message: at this customer or at the same number."""
    own = set(hashes)
    # Two calls of the very same moment are two.
    return tuple(at for whose, number, at in called if whose == customer_id or number in own)


def _items(connection: Connection, ids: Sequence[str], today: date) -> dict[str, list[OpenItem]]:
    found: dict[str, list[OpenItem]] = defaultdict(list)
    for row in connection.execute(_ITEMS, {"ids": ids}):
        reached = _progress(row)
        bill, balance = due_part(invoice_of(row), Money(row.open_balance, row.currency), today)
        withheld = row.open_balance - balance.amount
        found[row.customer_id].append(OpenItem(bill, balance, reached, row.round, withheld, row.restarted_on))
    return found


def _with_told(items: Iterable[OpenItem], rows: Sequence[Row[Any]], zone: ZoneInfo) -> tuple[OpenItem, ...]:
    """The items with the letters that have listed them lately, whoever took a step with these."""
    letters = [row for row in rows if State(row.state) in MAY_HAVE_HEARD and row.tier not in NAMES]
    known = [(row.tier, row.claimed_at, frozenset(balances.said(row)[0])) for row in letters]

    def told_of(item: OpenItem) -> Iterator[tuple[str, datetime]]:
        for tier, at, listed in known:
            anew = item.restarted_on is not None and at.astimezone(zone).date() <= item.restarted_on
            if item.invoice.number in listed and not anew:
                yield tier, at

    return tuple(replace(item, told=tuple(told_of(item))) for item in items)


def _credits(connection: Connection, ids: Sequence[str]) -> dict[str, list[tuple[str, Money]]]:
    found: dict[str, list[tuple[str, Money]]] = defaultdict(list)
    for row in connection.execute(_CREDITS, {"ids": ids}):
        found[row.customer_id].append((row.number, Money(-row.open_balance, row.currency)))
    return found


def _progress(row: Row[Any]) -> Progress | None:
    if not row.tier:
        return None
    return Progress(row.tier, row.tier_days, row.tier_reached_at, frozenset(row.tiers_had.split()))


def _unapplied(
    connection: Connection,
    ids: Sequence[str],
    items: dict[str, list[OpenItem]],
    in_credit: dict[str, list[tuple[str, Money]]],
) -> dict[str, tuple[Money, ...]]:
    """Money not matched to an invoice that is listed, and what was paid beyond one.

    A payment for an invoice that the ledger no longer lists, made before anything now open was issued, settled that
    one: an export of open invoices beside all payments ever made must not silence everybody.
    """
    found: dict[str, list[Money]] = defaultdict(list)
    for key, those in in_credit.items():
        found[key] += [money for _, money in those]
    for row in connection.execute(_UNAPPLIED, {"ids": ids}):
        first = min((item.invoice.issued_on for item in items.get(row.customer_id, ())), default=None)
        if not (row.unlisted_invoice and first and row.paid_on < first):
            found[row.customer_id].append(Money(row.amount, row.currency))
    # What was taken back of money that no longer counts is nobody's debt.
    return {key: tuple(m for m in subtotals(amounts) if m.amount > 0) for key, amounts in found.items()}


def _sent(connection: Connection, ids: Sequence[str], hashes: Sequence[str], now: datetime) -> list[Row[Any]]:
    return list(connection.execute(_SENT, {"ids": ids, "hashes": hashes, "since": now - _LOOK_BACK}))


class _Sent:
    """What went out, found by customer and by address: two customers may share one."""

    def __init__(self, rows: list[Row[Any]]) -> None:
        self._by: dict[str, dict[int, Row[Any]]] = defaultdict(dict)
        for row in rows:
            self._by[row.customer_id][row.reminder_id] = row
            self._by[f"#{row.recipient_hash}"][row.reminder_id] = row

    def to(self, customer_id: str, hashes: Iterable[str]) -> list[Row[Any]]:
        found = dict(self._by.get(customer_id, {}))
        for digest in hashes:
            found |= self._by.get(f"#{digest}", {})
        return list(found.values())


def _closed(
    hashes: dict[Channel, str],
    by_hash: dict[str, list[tuple[Channel, str, str]]],
    own: list[tuple[Channel, str, str]],
) -> list[tuple[Channel, str, str]]:
    here = [entry for channel, h in hashes.items() for entry in by_hash.get(h, []) if entry[0] is channel]
    return here + [entry for entry in own if entry not in here]


def due(connection: Connection, now: datetime, limit: int) -> list[str]:
    """Customers whose time to be looked at has come, the longest waiting first."""
    return list(connection.execute(_DUE, {"now": now, "most": limit}).scalars())
