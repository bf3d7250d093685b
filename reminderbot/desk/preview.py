"""Shows a letter as one of the business's own customers would get it today."""

from __future__ import annotations

from sqlalchemy import Connection

from reminderbot.compose.facts import LetterRequest, NothingOwed, letter_facts
from reminderbot.core.ladder import Channel, Task, Tier
from reminderbot.desk.find import one
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
    now = house.clock.now()
    today = now.astimezone(house.rules.zone).date()
    known = house.gatherer.gather(connection, [found.customer.customer_id], now).get(found.customer.customer_id)
    items = known.account.items if known else ()
    overdue = tuple(item for item in items if (item.days_past_due(today) or 0) > 0)
    meant = tuple(item for item in items if item.invoice.number == found.invoice) or overdue or items
    if known is None or not meant:
        raise Refused(f"Nothing is open at {found.customer.name}: there is no letter to show.")
    letter = tier.letter or tier.task or tier.name
    request = LetterRequest(
        business=house.business,
        account=known.account,
        items=meant,
        letter=letter,
        today=today,
        language=language,
        reply_address=house.sender.reply_to,
        written=house.letters.languages(letter, None if tier.task is Task.CALL else channel),
    )
    try:
        facts = letter_facts(request)
    except NothingOwed:
        raise Refused(f"What {found.customer.name} has paid covers what is open: there is no letter to show.") from None
    if tier.task is Task.CALL:
        return house.letters.render_notes(facts)
    if channel is Channel.SMS:
        sms = house.letters.render_sms(facts)
        return f"To: {found.customer.contact.phone or 'no number'}\n\n{sms.text}\n\n({len(sms.text)} characters)\n"
    email = house.letters.render_email(facts)
    return f"To: {found.customer.contact.email or 'no address'}\nSubject: {email.subject}\n\n{email.text}"
