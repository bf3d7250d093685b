"""What is known of a call that is to be made, in the owner's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reminderbot.core.call import Reason, WhenCode, Why
from reminderbot.core.promise import Promise
from reminderbot.desk.call_list import CallTask
from reminderbot.house import House
from reminderbot.sentences import missed


def speaker_of(house: House) -> Speaker:
    """The owner's own words for calls."""
    return Speaker(missed.speaker_of(house))


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says what is known of a call that is to be made."""

    of_promises: missed.Speaker

    def when(self, one: CallTask) -> str:
        """When they may be called, by their own clock, and why not sooner."""
        return self.of_promises.words(f"call_when.{one.when.code}", at=self._there(one.when.at, one))

    def reason(self, reason: Reason) -> str:
        """What the call is for."""
        words, invoices = self.of_promises.words, ", ".join(reason.invoices)
        if reason.matter is not None:
            what = words(f"dispute_reason.{reason.matter.reason}")
            does = words(f"lane_step.{reason.told}")
            return words("call_why.lane", what=what, invoices=invoices or words("cases.matter_all"), does=does)
        if reason.why is Why.CALL_BACK:
            return words("call_why.call_back", told=reason.told)
        return words(f"call_why.{reason.why}", invoices=invoices)

    def facts(self, one: CallTask) -> tuple[str, ...]:
        """What is open, and what their clock shows."""
        words, shown = self.of_promises.words, self.of_promises.shown
        told = [words("calls.about", sums=shown.sums(one.about))]
        if one.days_past_due is not None and one.days_past_due > 0:
            told.append(words("calls.late", one.days_past_due))
        if one.owed != one.about:
            told.append(words("calls.owed", sums=shown.sums(one.owed)))
        if one.when.code is WhenCode.NOW and one.local_time is not None:
            told.append(words("calls.there", time=f"{one.local_time:%H:%M}"))
        else:
            told.append(self.when(one))
        return tuple(told)

    def promise(self, word: Promise) -> str:
        """For which day it was, and how it stands."""
        shown = self.of_promises.shown
        return f"{shown.day(word.due_on)}: {self.of_promises.how(word, None)}"

    def points(self, one: CallTask) -> tuple[str, ...]:
        """What to keep in mind."""
        return tuple(self.of_promises.words(f"points.{point}") for point in one.points)

    def _there(self, at: datetime | None, one: CallTask) -> str:
        if at is None or one.local_time is None:
            return ""
        there = at.astimezone(one.local_time.tzinfo)
        return f"{self.of_promises.shown.day(there.date())} {there:%H:%M}"
