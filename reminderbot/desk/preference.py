"""Settles for one customer in which language we write, that we never text them, and who takes care of them."""

from __future__ import annotations

from reminderbot.core.customer import Preference
from reminderbot.core.user import User
from reminderbot.desk.find import Exactly, one_customer
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.store import ledger, preference, user


def settle(house: House, actor: str, words: str | Exactly, chosen: Preference) -> None:
    """Keep it for the customer that `words` means; it counts from the next message on.

    Refused where there are no letters in that language, or nobody of that name works here.
    """
    now = house.clock.now()
    if chosen.language and chosen.language not in languages(house):
        there = ", ".join(languages(house))
        raise Refused(f"There are no letters in '{chosen.language}': there are letters in {there}.")
    with house.store.writing() as connection:
        who = one_customer(connection, words)
        known = [user.user_of(row) for row in user.every(connection) if row.closed_at is None]
        _refuse_strangers(chosen.collector, known)
        preference.put(connection, who.customer_id, chosen, now, actor)
        ledger.review(connection, [who.customer_id], now)


def languages(house: House) -> list[str]:
    """The languages that some letter of the ladder is written in."""
    letters = [(tier.letter or tier.name, channel) for tier in house.rules.ladder.tiers for channel in tier.channels]
    return sorted({language for name, channel in letters for language in house.letters.languages(name, channel)})


def _refuse_strangers(name: str, known: list[User]) -> None:
    if name and name not in {one.name for one in known}:
        raise Refused(f"Nobody called {name} works here: `reminderbot user list` shows who does.")
