"""What the people at a business decide beside their daily round: one invoice is contested, a debt is handed over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from reminderbot.core.case import CaseKind
from reminderbot.core.handover import HandoverKind
from reminderbot.core.lane import LANES, Reason
from reminderbot.desk import dispute, handover
from reminderbot.desk.find import Exactly
from reminderbot.desk.refusal import Refused
from tests.oracle.evidence import Deed

if TYPE_CHECKING:
    from tests.simulate.life import Life

CONTESTED = (Reason.WRONG_AMOUNT, Reason.NOT_RECEIVED, Reason.DEFECTIVE, Reason.AGREED_OTHERWISE, Reason.PO_MISSING)
# What may be the end of our own letters.
_ENDS = frozenset({CaseKind.REVIEW, CaseKind.BROKEN_PROMISE, CaseKind.MISSED_INSTALMENT})


class Decisions:
    """Decides some matters in other ways than by lifting a pause; by dice of its own."""

    def __init__(self, life: Life, who: str) -> None:
        self._life, self._who = life, who
        self._dice = Random(f"decisions {life.business.seed}")
        # Cases in which something is marked and waits to be settled.
        self.marked: set[int] = set()

    def takes(self, key: str, kind: CaseKind, case_id: int) -> bool:
        """Whether the matter is decided in such a way, so that nothing else is done about it now."""
        if kind is CaseKind.DISPUTE and self._dice.random() < 0.5:
            return self._mark(key, case_id)
        return kind in _ENDS and self._dice.random() < 0.35 and self._hand_over(key)

    def _mark(self, key: str, case_id: int) -> bool:
        """One of their invoices is contested, and that is all that they say."""
        number = next(iter(self._life.people[key].owing()), "")
        reason = self._dice.choice(CONTESTED)
        try:
            dispute.mark(self._life.house, self._who, case_id, reason, [number], alone=True)
        except Refused:
            return False
        self.rests(key, case_id, reason, (number,))
        return True

    def rests(self, key: str, case_id: int, reason: Reason, numbers: tuple[str, ...]) -> None:
        """It is marked for this reason now, and settled some days later; without numbers it is all that stands open."""
        self.marked.add(case_id)
        self._life.did(Deed.DISPUTED, key, numbers)
        self._later(3, 30, lambda: self._settle(key, case_id, numbers, reason))

    def _settle(self, key: str, case_id: int, numbers: tuple[str, ...], reason: Reason) -> None:
        """They were wrong, mostly; else the invoice is cancelled, and what was marked stays so."""
        self.marked.discard(case_id)
        is_contested = LANES[reason].is_contested
        upheld = is_contested and self._dice.random() < 0.3
        asked = upheld if is_contested else None
        try:
            dispute.settle(self._life.house, self._who, case_id, upheld=asked, note="looked into it")
        except Refused:
            return
        if upheld:
            for number in numbers:
                self._life.office.cancel(number)
            self._life.tell("desk: a dispute was upheld")
        else:
            self._life.did(Deed.SETTLED, key, numbers)

    def _hand_over(self, key: str) -> bool:
        """All that they owe, or one invoice, is for somebody else from now on."""
        owing = self._life.people[key].owing()
        chosen = owing[:1] if len(owing) > 1 and self._dice.random() < 0.4 else ()
        kind = self._dice.choice(list(HandoverKind))
        try:
            made = handover.hand_over(self._life.house, self._who, Exactly(key), kind, "so it was decided", chosen)
        except Refused:
            return False
        number, bills = made.handover.handover_id, made.handover.invoices
        for ended in made.stops.plans:
            self._life.did(Deed.PLAN_ENDED, key, ended.invoices)
        self._life.did(Deed.HANDED_OVER, key, bills)
        if self._dice.random() < 0.5:
            self._later(10, 90, lambda: self._take_back(key, number, bills))
        return True

    def _take_back(self, key: str, number: int, bills: tuple[str, ...]) -> None:
        try:
            handover.take_back(self._life.house, self._who, Exactly(key), "we go on ourselves", number)
        except Refused:
            return
        self._life.did(Deed.TAKEN_BACK, key, bills)

    def _later(self, least: float, most: float, act: Callable[[], None]) -> None:
        """So many days on, when the program runs."""
        at = self._life.clock.now() + timedelta(days=self._dice.uniform(least, most))
        self._life.at(at, lambda: self._later(0.5, 2, act) if self._life.is_off else act())
