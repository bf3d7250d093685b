"""Shows a letter as one of the business's own customers would get it: today, or when a pause was lifted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from reminderbot.compose.errors import LetterError
from reminderbot.compose.facts import (
    LetterFacts,
    LetterRequest,
    NextInstalment,
    NothingOwed,
    letter_facts,
    next_instalment,
)
from reminderbot.core.account import Account, OpenItem
from reminderbot.core.beside import INSTALMENT, THANKS, named
from reminderbot.core.contact import address_on
from reminderbot.core.ladder import Channel, Task, Tier
from reminderbot.core.plan import Standing
from reminderbot.desk.find import one
from reminderbot.desk.hold import Lifting, lifting_of
from reminderbot.desk.letters import letter_of, made_up_instalment
from reminderbot.desk.refusal import Refused
from reminderbot.house import House


def preview_for(
    house: House, connection: Connection, tier: Tier, words: str, channel: Channel = Channel.EMAIL, language: str = ""
) -> str:
    """The letter of `tier` to the customer or about the invoice that `words` means.

    It lists what is overdue, or all that is open where nothing is. Refused where nothing is; LetterError where the
    letter cannot be made.
    """
    found = one(connection, words)
    known = house.gatherer.gather(connection, [found.customer.customer_id], house.clock.now())
    if found.customer.customer_id not in known:
        raise Refused(f"Nothing is open at {found.customer.name}: there is no letter to show.")
    account = known[found.customer.customer_id].account
    facts = facts_for(house, account, tier, channel, language, found.invoice)
    if tier.task is Task.CALL:
        return house.letters.render_notes(facts)
    if channel is Channel.SMS:
        sms = house.letters.render_sms(facts)
        return f"To: {found.customer.contact.phone or 'no number'}\n\n{sms.text}\n\n({len(sms.text)} characters)\n"
    email = house.letters.render_email(facts)
    return f"To: {found.customer.contact.email or 'no address'}\nSubject: {email.subject}\n\n{email.text}"


def facts_for(
    house: House, account: Account, tier: Tier, channel: Channel, language: str = "", invoice: str | None = None
) -> LetterFacts:
    """What the letter of `tier` may say of this account today; Refused where there is nothing to ask for."""
    name = account.customer.name
    today = house.clock.now().astimezone(house.rules.zone).date()
    overdue = tuple(item for item in account.items if (item.days_past_due(today) or 0) > 0)
    meant = tuple(item for item in account.items if item.invoice.number == invoice) or overdue or account.items
    if not meant:
        raise Refused(f"Nothing is open at {name}: there is no letter to show.")
    try:
        return _told(house, account, meant, tier, channel, today, language)
    except NothingOwed:
        raise Refused(f"What {name} has paid covers what is open: there is no letter to show.") from None


def _told(
    house: House,
    account: Account,
    items: tuple[OpenItem, ...],
    tier: Tier,
    channel: Channel,
    today: date,
    language: str = "",
    plans: Sequence[Standing] = (),
) -> LetterFacts:
    letter = letter_of(tier)
    numbers = tuple(item.invoice.number for item in items)
    return letter_facts(
        LetterRequest(
            business=house.business,
            account=account,
            items=items,
            letter=letter,
            today=today,
            language=language,
            reply_address=house.sender.reply_to,
            written=house.letters.languages(letter, None if tier.task is Task.CALL else channel),
            instalment=_instalment(items, plans, today) if letter == INSTALMENT else None,
            settled=numbers if letter == THANKS else (),
        )
    )


def _instalment(items: tuple[OpenItem, ...], plans: Sequence[Standing], today: date) -> NextInstalment:
    """What a note would be about; for whoever has no plan, one of three over the first invoice."""
    known = next((part for standing in plans if (part := next_instalment(standing))), None)
    if known is not None:
        return known
    return made_up_instalment(items[0].balance, 2, today)


@dataclass(frozen=True, slots=True)
class NextLetter:
    """The very letter that would come next, and when."""

    at: datetime
    tier: str
    channel: Channel
    recipient: str
    # Empty: a text message has none.
    subject: str
    text: str
    invoices: tuple[str, ...]
    # Text message segments, which are what it costs; None: an e-mail costs nothing.
    segments: int | None
    needs_approval: bool
    # Why the letter cannot be made as it is; empty: it can.
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What lifting some holds of a customer would lead to, letter and all."""

    lifting: Lifting
    # None: no letter comes next; a task for a person may (`lifting.next`).
    letter: NextLetter | None


def before_release(house: House, connection: Connection, customer_id: str, hold_ids: Sequence[int]) -> Ahead:
    """The exact next letter and its day if these holds were lifted and nobody answered or paid; changes nothing."""
    coming = lifting_of(house, connection, customer_id, hold_ids)
    return Ahead(coming, next_letter(house, connection, coming))


def next_letter(house: House, connection: Connection, coming: Lifting) -> NextLetter | None:
    """The letter that `coming` foresees, in full; None where it foresees none."""
    send = coming.next[1].send if coming.next else None
    key = coming.customer.customer_id
    known = house.gatherer.gather(connection, [key], house.clock.now()).get(key)
    if coming.next is None or send is None or known is None:
        return None
    at = coming.next[0]
    items = tuple(item for item in known.account.items if item.invoice.number in send.lists)
    tier = named(house.rules.ladder_of(known), send.tier)
    subject, text, trouble = "", "", ""
    segments: int | None = None
    try:
        facts = _told(
            house, known.account, items, tier, send.channel, at.astimezone(house.rules.zone).date(), plans=known.plans
        )
        if send.channel is Channel.SMS:
            sms = house.letters.render_sms(facts)
            text, segments = sms.text, sms.segments
        else:
            email = house.letters.render_email(facts)
            subject, text = email.subject, email.text
    except (LetterError, NothingOwed) as error:
        trouble = str(error)
    recipient = address_on(coming.customer, send.channel)
    return NextLetter(
        at, send.tier, send.channel, recipient, subject, text, send.lists, segments, send.needs_approval, trouble
    )
