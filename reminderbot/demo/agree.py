"""Whether the bot's own records agree with the world: no answer lost, no message that it does not know of."""

from __future__ import annotations

from collections import Counter

from reminderbot.core.event import EventKind
from reminderbot.demo.evidence import Evidence
from reminderbot.demo.laws import Verdict
from reminderbot.demo.recognise import Letters
from reminderbot.house import House
from reminderbot.store import journal, listing

# More lines than a quarter of the demo has by far.
ALL = 1_000_000


def agree(house: House, evidence: Evidence, letters: Letters) -> list[Verdict]:
    """The bot's journal and outbox, held against what was answered and what arrived."""
    with house.store.reading() as connection:
        events = [event for _, event in journal.read(connection, limit=ALL)]
        said = Counter({(tier, channel): count for tier, channel, count in listing.sent_by_tier(connection)})
    read = Counter(event.customer_id for event in events if event.kind is EventKind.UNDERSTOOD)
    written = Counter(word.customer_id for word in evidence.words)
    lost = [
        f"{evidence.party(who).name} answered {n} times, {read[who]} were read"
        for who, n in written.items()
        if read[who] != n
    ]
    arrived = Counter((letters.tier(message), message.channel) for message in evidence.messages)
    odd = [
        f"{tier} by {channel}: {arrived[tier, channel]} arrived, the bot knows of {said[tier, channel]}"
        for tier, channel in sorted(arrived | said)
        if arrived[tier, channel] != said[tier, channel]
    ]
    return [
        Verdict("Every answer was read", written.total(), tuple(lost)),
        Verdict("The bot's records are the servers'", arrived.total(), tuple(odd)),
    ]
