"""Claims what is due: asks every gate again and makes the final bytes, inside one transaction.

What no longer holds is withdrawn and planned anew, or uncertain again where a person had it sent once more; what a cap
keeps back waits, as does what would carry a wording that can still be taken back; a letter that cannot be written is
told and tried again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from reminderbot.answer import WrittenAnswer, write_answer
from reminderbot.compose.errors import LetterError
from reminderbot.compose.facts import NothingOwed
from reminderbot.compose.headers import UnsafeMessage
from reminderbot.core.answer import ANSWER, Answer, may_answer
from reminderbot.core.beside import StepKey, round_of, step_key
from reminderbot.core.calendar import is_open
from reminderbot.core.case import CaseKind
from reminderbot.core.decision import Decision
from reminderbot.core.dunning import decide
from reminderbot.core.facts import Facts
from reminderbot.core.ladder import Channel
from reminderbot.core.letter_version import Rulings
from reminderbot.core.turn import Turn, TurnCode
from reminderbot.core.uncertain import may_repeat
from reminderbot.house import House
from reminderbot.runs.caps import Room
from reminderbot.runs.plan import same
from reminderbot.runs.write import LONGEST_VALID, NotYet, Written, text_validity, write
from reminderbot.store import answer, balances, case, decision, ledger, letter_version, outbox, said, uncertain

LETTER_RETRY = timedelta(hours=1)
_QUARTER = timedelta(minutes=15)
# The validity of a text counts from when the carrier has it: that is the life of a window later, and its answer.
_HANDING_OVER = timedelta(minutes=3)


@dataclass(slots=True)
class Claims:
    """What was taken, how many were withdrawn, and what could not be written."""

    taken: list[outbox.Claim] = field(default_factory=list)
    withdrawn: int = 0
    troubles: list[str] = field(default_factory=list)
    # What the gates said about each reminder of these customers, and how its turn ended.
    turns: list[tuple[str, Decision, Turn]] = field(default_factory=list)

    def keep(self, row: Row[Any], asked: _Asked, turn: Turn | None) -> None:
        """Remember how a reminder's turn ended; a person's own answer is no decision of ours."""
        if asked.made is not None and turn is not None:
            self.turns.append((row.customer_id, asked.made, turn))


@dataclass(frozen=True, slots=True)
class _Asked:
    """When a reminder may leave; None: it may not any more. And what `decide` said, where it was asked."""

    moment: datetime | None
    made: Decision | None = None
    # How its turn ended, where it has.
    ended: Turn | None = None


def take(house: House, connection: Connection, rows: Sequence[Row[Any]], now: datetime) -> Claims:
    """Claim as many of `rows` as may leave now; the caller's transaction makes it hold."""
    found = Claims()
    ids = list(dict.fromkeys(row.customer_id for row in rows))
    facts = house.gatherer.gather(connection, ids, now)
    threads = said.threads(connection, ids)
    answers = answer.of_reminders(connection, [row.reminder_id for row in rows if row.tier == ANSWER])
    spent = outbox.spent_steps(connection, rows)
    room = Room(house, connection, rows, now)
    rulings = letter_version.rulings(connection, now)
    written_to: set[str] = set()
    # What a person wrote goes first: a reminder that is due as well then waits for the contact budget.
    for row in sorted(rows, key=lambda row: row.tier != ANSWER):
        known = facts.get(row.customer_id)
        theirs = house.gatherer.hashes(known.account.customer).values() if known else ()
        if written_to & {row.recipient_hash, row.customer_id, *theirs}:
            # Two customers share an address, or one has two: whatever this goes to, the next window sees that they
            # have just heard from us.
            continue
        ask = _answer if row.tier == ANSWER else _again if row.earlier else _first
        asked = ask(house, connection, row, known, spent, now)
        moment = asked.moment
        if known is None or moment is None:
            found.withdrawn += 1
            found.keep(row, asked, asked.ended)
            continue
        # Not now means later, never dropped: the reminder, and a person's yes to it, stay.
        if later := (TurnCode.LATER, moment) if moment > now else room.wait(row):
            code, again_at = later
            outbox.reschedule(connection, row.reminder_id, again_at)
            found.keep(row, asked, Turn(code, row.reminder_id, again_at))
            continue
        written = answers.get(row.reminder_id)
        claim = _claim(house, row, known, written, threads.get(row.customer_id, ()), now, rulings)
        if isinstance(claim, Turn):
            outbox.reschedule(connection, row.reminder_id, claim.again_at or now)
            found.troubles += [claim.why] if claim.why else []
            found.keep(row, asked, claim)
            continue
        room.take(row, claim.segments)
        written_to |= {row.recipient_hash, row.customer_id}
        found.taken.append(claim)
        found.keep(row, asked, Turn(TurnCode.TAKEN, row.reminder_id))
    outbox.claim(connection, found.taken, now)
    decision.keep_turns(connection, found.turns, now, house.limits.decisions)
    return found


_Spent = set[StepKey]


def _first(
    house: House, connection: Connection, row: Row[Any], known: Facts | None, spent: _Spent, now: datetime
) -> _Asked:
    """When the gates let this reminder leave; never: it is not what is due any more, and was withdrawn."""
    made = decide(known, house.rules, now) if known else Decision(())
    if known is None or made.send is None or not same(row, known, made.send):
        why = "; ".join(gate.because for gate in made.closed) or "something else is due now"
        outbox.withdraw(connection, row, why if known else "the ledger no longer lists this customer", now)
        ledger.review(connection, [row.customer_id], now)
        return _Asked(None, made, Turn(TurnCode.NOT_DUE if known else TurnCode.UNLISTED, row.reminder_id))
    if told := _already_sent(row, known, spent):
        # Only a person can tell why it is due again; looking again at once would find it due for ever.
        outbox.withdraw(connection, row, told, now)
        case.open_one(connection, CaseKind.DELIVERY, row.customer_id, f"{told}, and is due again", now)
        return _Asked(None, made, Turn(TurnCode.SENT_BEFORE, row.reminder_id, why=told))
    return _Asked(made.send.not_before, made)


def _again(
    house: House, connection: Connection, row: Row[Any], known: Facts | None, _: _Spent, now: datetime
) -> _Asked:
    """When the gates let a second copy leave, its own step apart; never: it is uncertain as before."""
    judged = may_repeat(uncertain.copy_of(row), known, house.rules, now)
    if judged.not_before is None:
        uncertain.give_back(connection, row, judged.why_not, now)
    return _Asked(judged.not_before)


def _answer(
    house: House, connection: Connection, row: Row[Any], known: Facts | None, _: _Spent, now: datetime
) -> _Asked:
    """When a person's answer may leave, whatever holds reminders; never: it may not any more, and they are told."""
    judged = may_answer(known, Channel(row.channel), row.recipient, house.rules, now)
    if judged.not_before is not None:
        return _Asked(judged.not_before)
    if row.earlier:
        uncertain.give_back(connection, row, judged.why_not, now)
        return _Asked(None)
    outbox.withdraw(connection, row, judged.why_not, now)
    told = f"{row.approved_by}'s answer to them did not leave: {judged.why_not}"
    case.open_one(connection, CaseKind.DELIVERY, row.customer_id, told, now)
    return _Asked(None)


def _already_sent(row: Row[Any], facts: Facts, spent: _Spent) -> str:
    """Which of its steps another reminder has taken before (invariant 1); empty: none."""
    rounds = {item.invoice.number: item.round for item in facts.account.items}
    for number, tier, _ in row.steps:
        taken = round_of(rounds, number, tier)
        if step_key(number, taken, tier, row.channel, row.recipient_hash) in spent:
            return f"'{tier}' was already sent for {number}"
    return ""


def _claim(
    house: House,
    row: Row[Any],
    facts: Facts,
    written: Answer | None,
    thread: tuple[str, ...],
    now: datetime,
    rulings: Rulings,
) -> outbox.Claim | Turn:
    """The reminder with its final bytes; where its letter cannot be written, why, and when it is tried again."""
    items = tuple(item for item in facts.account.items if item.invoice.number in row.lists)
    taken_off = facts.account.taken_off(items)
    if row.earlier or (row.body is not None and row.balances == balances.kept(items, taken_off)):
        # A retry of what was provably not sent, or a person's second copy: the same bytes under the same Message-ID.
        again = outbox.message_of(row)
        if again.valid_for is not None:
            # The carrier may keep a text only as long as today's window stays open (invariant 19).
            again = replace(again, valid_for=text_validity(_closes(house, facts, now)))
        return outbox.Claim(row, again, items, taken_off, row.letter_version, row.segments)
    try:
        # Only a text message has an end; finding it takes a while.
        closes = _closes(house, facts, now) if row.channel == Channel.SMS.value else timedelta(0)
        made: Written | WrittenAnswer
        if written is not None:
            name = facts.account.customer.contact.name
            made = write_answer(house, written, name, now, text_validity(closes))
        else:
            made = write(house, row, facts, items, thread, now, closes, rulings)
    except NotYet as error:
        return Turn(TurnCode.WORDING_YOUNG, row.reminder_id, error.until)
    except (LetterError, NothingOwed, UnsafeMessage) as error:
        why = f"reminder {row.reminder_id} ({row.tier}, {row.channel}) cannot be written: {error}"
        return Turn(TurnCode.LETTER_UNFIT, row.reminder_id, now + LETTER_RETRY, why)
    return outbox.Claim(row, made.message, items, taken_off, made.letter_version, made.segments)


def _closes(house: House, facts: Facts, now: datetime) -> timedelta:
    """How long the recipient's window stays open from now on."""
    business = house.rules.business_days(facts.account.customer.place)
    left = timedelta(0)
    while left < LONGEST_VALID and is_open(now + left + _QUARTER, facts.reach.zones, house.rules.hours, business):
        left += _QUARTER
    # `is_open` keeps the closing margin of a quarter of an hour for us.
    return left + _QUARTER - _HANDING_OVER
