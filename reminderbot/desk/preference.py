"""Settles for one customer how we write to them: language, texts, ladder, and who takes care of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from reminderbot.core.customer import Customer, Preference
from reminderbot.core.undo import Undo, UndoKind
from reminderbot.core.user import User
from reminderbot.desk.find import Exactly, one_customer
from reminderbot.desk.letters import letter_of, tiers_of
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.store import ledger, preference, undo, user


@dataclass(frozen=True, slots=True)
class Settled:
    """What counts for a customer now, and what takes it back."""

    customer: Customer
    preference: Preference
    undo: Undo


def settle(house: House, actor: str, words: str | Exactly, chosen: Preference) -> Settled:
    """Keep it for the customer that `words` means; it counts from the next message on.

    Refused where there are no letters in that language, no such segment, or nobody of that name works here.
    """
    return change(house, actor, words, asdict(chosen))


def change(house: House, actor: str, words: str | Exactly, changes: Mapping[str, str | bool]) -> Settled:
    """The same for only some of what can be settled, named as the fields of `Preference`; the rest stays."""
    now = house.clock.now()
    with house.store.writing() as connection:
        who = one_customer(connection, words)
        before = preference.get(connection, who.customer_id)
        chosen = replace(before, **changes)  # type: ignore[arg-type]  # named as its fields, which the callers know
        _refuse_unknown(house, before, chosen)
        known = [user.user_of(row) for row in user.every(connection) if row.closed_at is None]
        _refuse_strangers(chosen.collector, known)
        preference.put(connection, who.customer_id, chosen, now, actor)
        ledger.review(connection, [who.customer_id], now)
        data = {"before": asdict(before), "after": asdict(chosen)}
        back = undo.remember(connection, UndoKind.PREFERRED, actor, now, data, customer_id=who.customer_id)
    return Settled(who, chosen, back)


def _refuse_unknown(house: House, before: Preference, chosen: Preference) -> None:
    """A language that no letter is written in, or a segment that the settings do not have."""
    if chosen.language and chosen.language not in languages(house):
        there = ", ".join(languages(house))
        raise Refused(f"There are no letters in '{chosen.language}': there are letters in {there}.")
    names = segments(house)
    # One that is gone from the settings may stand while something else is changed.
    if chosen.segment and chosen.segment not in (*names, before.segment):
        there = f"there are {', '.join(names)}" if names else "the settings have none"
        raise Refused(f"There is no segment called '{chosen.segment}': {there}, besides 'rules', as the settings say.")


def segments(house: House) -> list[str]:
    """The segments that can be chosen for a customer."""
    return [segment.name for segment in house.rules.segments]


def languages(house: House) -> list[str]:
    """The languages that some letter of the ladder is written in."""
    tiers = tiers_of(house.rules.ladders)
    letters = [(letter_of(tier), channel) for tier in tiers for channel in tier.channels]
    return sorted({language for name, channel in letters for language in house.letters.languages(name, channel)})


def _refuse_strangers(name: str, known: list[User]) -> None:
    if name and name not in {one.name for one in known}:
        raise Refused(f"Nobody called {name} works here: `reminderbot user list` shows who does.")
