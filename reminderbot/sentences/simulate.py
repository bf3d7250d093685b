"""Says what other settings would change: who would hear from us on the first day that differs, and how for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from reminderbot.core.customer import Customer
from reminderbot.desk.outlook import Coming
from reminderbot.desk.simulate import Comparison, Kind
from reminderbot.sentences.words import Words

# So many names stand in a sentence.
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says how two courses differ."""

    words: Words
    day: Callable[[date], str]

    def first_day(self, found: Comparison) -> tuple[str, ...]:
        """Who hears from us on the first day that differs, and who no longer does then."""
        on = found.first_day
        if on is None:
            return ()
        told = []
        if newly := found.newly_on(on):
            told.append(self.words("simulate.newly", len(newly), names=self._names(newly), day=self.day(on)))
        if spared := found.spared_on(on):
            told.append(self.words("simulate.spared", len(spared), names=self._names(spared), day=self.day(on)))
        return tuple(told)

    def how(self, kind: Kind) -> str:
        """In which way somebody would hear from us otherwise."""
        return self.words(f"simulate_kind.{kind.name.lower()}")

    def short(self, one: Coming | None) -> str:
        """One message in a few words."""
        if one is None:
            return self.words("simulate.nothing")
        way = self.words(f"channel.{one.send.channel}")
        return self.words("simulate.message", tier=one.send.tier, channel=way, day=self.day(one.on))

    def _names(self, customers: Sequence[Customer]) -> str:
        names = ", ".join(customer.name for customer in customers[:_NAMED])
        more = len(customers) - _NAMED
        return self.words("simulate.names", names=names, more=more) if more > 0 else names
