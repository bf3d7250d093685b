"""Telephones the customers whom the program wants to be called, and does what they say; by dice of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from reminderbot.core.case import CaseKind
from reminderbot.core.lane import Reason
from reminderbot.core.note import CallResult
from reminderbot.desk.call import Said, call
from reminderbot.desk.call_list import task
from reminderbot.desk.find import Exactly
from reminderbot.desk.refusal import Refused
from tests.oracle.evidence import Deed
from tests.simulate.decisions import CONTESTED, Decisions

if TYPE_CHECKING:
    from tests.simulate.life import Life

_TALKS = frozenset({CaseKind.BROKEN_PROMISE, CaseKind.MISSED_INSTALMENT})
_RESULTS = {
    CallResult.REACHED: 4, CallResult.NO_ANSWER: 4, CallResult.MESSAGE_LEFT: 3, CallResult.PROMISE: 5,
    CallResult.PAID: 2, CallResult.DISPUTE: 2, CallResult.CALL_BACK: 3, CallResult.WRONG_NUMBER: 1,
}  # fmt: skip


class Telephone:
    """Makes the calls of one business."""

    def __init__(self, life: Life, who: str, decisions: Decisions) -> None:
        self._life, self._who, self._decisions = life, who, decisions
        self._dice = Random(f"calls {life.business.seed}")

    def takes(self, key: str, kind: CaseKind) -> bool:
        """Whether a call was made about the matter, and that is all that is done about it now."""
        if kind is not CaseKind.CALL and not (kind in _TALKS and self._dice.random() < 0.4):
            return False
        house = self._life.house
        with house.store.reading() as connection:
            wanted = task(house, connection, key)
        if wanted is None:
            self._life.tell("call: nobody wants one")
            return False
        self._life.tell(f"call for: {wanted.reasons[0].why}")
        return self.dial(key) is not CallResult.REACHED

    def dial(self, key: str) -> CallResult | None:
        """Somebody picks up, or the voicemail does, or nobody; None: it could not be noted."""
        result = self._dice.choices(list(_RESULTS), list(_RESULTS.values()))[0]
        said = self._said(key, result)
        party = self._life.office.party(key)
        number = next(iter(party.phones), "") if party else ""
        try:
            made = call(self._life.house, self._who, Exactly(key), result, "they told us so", said)
        except Refused:
            self._life.tell("call: refused")
            return None
        self._life.tell(f"call: {result}")
        if result.is_heard:
            self._life.did(Deed.CALLED, key)
        if result.is_talk:
            self._life.did(Deed.TALKED, key)
        match result:
            case CallResult.PROMISE:
                assert said.due_on is not None
                self._promised(key, said.due_on, said.invoices)
            case CallResult.PAID | CallResult.DISPUTE:
                assert made.case_id is not None
                self._decisions.rests(key, made.case_id, said.reason or Reason.PAID, said.invoices)
            case CallResult.CALL_BACK:
                assert made.again_at is not None
                self._life.did(Deed.ASKED_FOR_A_CALL, key)
                self._again(key, made.again_at)
            case CallResult.WRONG_NUMBER:
                self._life.did(Deed.WRONG_NUMBER, key, address=number)
            case _:
                pass
        return result

    def _said(self, key: str, result: CallResult) -> Said:
        person = self._life.people[key]
        owing = tuple(person.owing())
        here = self._life.clock.now().astimezone(person.client.zone)
        match result:
            case CallResult.PROMISE:
                some = owing[:1] if self._dice.random() < 0.4 else ()
                return Said(due_on=here.date() + timedelta(days=self._dice.randint(1, 25)), invoices=some)
            case CallResult.PAID:
                return Said(invoices=owing[:1])
            case CallResult.DISPUTE:
                return Said(invoices=owing[:1], reason=self._dice.choice(CONTESTED))
            case CallResult.CALL_BACK:
                at = here + timedelta(days=self._dice.uniform(0.1, 25))
                return Said(at=at.replace(tzinfo=None, microsecond=0))
            case _:
                return Said()

    def _promised(self, key: str, day: date, bills: tuple[str, ...]) -> None:
        """Their word is kept half the time."""
        self._life.did(Deed.PROMISED, key, bills, day=day)
        if self._dice.random() < 0.5:
            person = self._life.people[key]
            at = datetime(day.year, day.month, day.day, 12, tzinfo=person.client.zone)
            for number in bills or tuple(person.owing()):
                self._life.at(max(at, self._life.clock.now()), self._payer(key, number))

    def _payer(self, key: str, number: str) -> Callable[[], None]:
        return lambda: self._life.people[key].pay(number)

    def _again(self, key: str, at: datetime) -> None:
        """Call them when they asked for it, and once more a day later where they are not reached."""
        later = at.astimezone(UTC) + timedelta(hours=self._dice.uniform(0, 4))
        self._life.at(later, lambda: self._call_back(key))

    def _call_back(self, key: str) -> None:
        if self._life.is_off:
            self._again(key, self._life.clock.now() + timedelta(days=1))
            return
        house = self._life.house
        with house.store.reading() as connection:
            wanted = task(house, connection, key)
        if wanted is None or self._life.desk.is_grave(key):
            self._life.tell("call: nobody wants one")
            return
        self._life.tell(f"call for: {wanted.reasons[0].why}")
        result = self.dial(key)
        if result is None or not result.is_talk:
            self._again(key, self._life.clock.now() + timedelta(days=1))
