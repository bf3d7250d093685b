"""Says in sentences what to know of a promise that was not kept, and how far somebody's word has held so far."""

from __future__ import annotations

from dataclasses import dataclass

from reminderbot.core.promise import Promise
from reminderbot.core.promise_share import Share
from reminderbot.core.reliability import Reliability
from reminderbot.desk.missed import Missed
from reminderbot.house import House
from reminderbot.sentences.shown import Shown
from reminderbot.sentences.words import Words, words_for


def speaker_of(house: House) -> Speaker:
    """The owner's own words, and their way of writing days and sums."""
    words = words_for(house.business.language)
    return Speaker(words, Shown(house, words))


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says what is known of promises."""

    words: Words
    shown: Shown

    def facts(self, seen: Missed) -> tuple[str, ...]:
        """What was promised in their words, what came in, and how it was before."""
        word, share = seen.promise, seen.share
        told = [self.words("missed.given", day=self.shown.day(word.promised_on), words=word.words)]
        if share.asked_for:
            invoices = ", ".join(word.invoices)
            due, sums = self.shown.day(word.due_on), self.shown.sums(share.asked_for)
            told.append(self.words("missed.promised", sums=sums, due=due, invoices=invoices))
        told.append(self._came(seen))
        if share.loose:
            told.append(self.words("missed.loose", sums=self.shown.sums(share.loose)))
        return (
            *told,
            self.words("missed.before") if seen.earlier else self.words("missed.first"),
            *self.reliability(seen.reliability),
        )

    def _came(self, seen: Missed) -> str:
        share = seen.share
        if share.is_whole:
            last = share.last_on
            return self.words("missed.came_all", day=self.shown.day(last)) if last else self.words("missed.came")
        if not share.parts:
            return self.words("missed.came_nothing")
        return self.words(
            "missed.came_part", received=self.shown.sums(share.received), missing=self.shown.sums(share.missing)
        )

    def points(self, seen: Missed) -> tuple[str, ...]:
        """What to keep in mind."""
        return tuple(self.words(f"points.{point}") for point in seen.points)

    def reliability(self, found: Reliability) -> tuple[str, ...]:
        """How far somebody's word has held; nothing where no promise has come to its day."""
        if not found.ended:
            return ()
        told = [self.words("word.ended", kept=found.kept, partly=found.partly_kept, broken=found.broken)]
        late = found.median_days_late
        if late is not None:
            whole = round(late)
            told.append(self.words("word.late", whole) if whole else self.words("word.in_time"))
        return tuple(told)

    def how(self, word: Promise, share: Share | None) -> str:
        """How one promise stands: its state, how much of it has come in, and how late what was late came."""
        told = [self.words(f"promise_state.{word.state}")]
        if share is not None and share.parts and not share.is_whole:
            received, asked = self.shown.sums(share.received), self.shown.sums(share.asked_for)
            told.append(self.words("customers.promise_so_far", received=received, asked=asked))
        if word.days_late:
            told.append(self.words("customers.promise_late", word.days_late))
        return ", ".join(told)
