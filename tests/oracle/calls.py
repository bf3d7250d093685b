"""What was said on the telephone counts as if they had written it (invariants 3, 10 and 14).

That a call uses up their budget is judged with the messages.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tests.oracle import silence
from tests.oracle.evidence import Arrival, Channel, Deed, Done, Meaning
from tests.oracle.record import Record
from tests.oracle.violation import Violation


def promised(record: Record) -> Iterator[Violation]:
    """14. A promise given on the telephone is waited for as a written one is.

    Where a newer word, written or agreed in instalments, has taken its place, that one is judged instead.
    """
    for done in record.each(Deed.PROMISED):
        assert done.customer is not None
        assert done.day is not None
        newer = _newer_word(record, done)
        for violation in silence.waited_for(record, _as_written(done), done.day):
            if newer is None or violation.at < newer:
                yield violation


def called_first(record: Record) -> Iterator[Violation]:
    """3. Who asked to be called at an hour gets no letter before somebody has talked with them, or lifted that."""
    for asked in record.each(Deed.ASKED_FOR_A_CALL):
        assert asked.customer is not None
        talked = next((d.at for d in record.done(Deed.TALKED, asked.customer) if d.at > asked.at), None)
        ends = [at for at in (talked, record.lifted(asked.customer, frozenset(), asked.at)) if at is not None]
        for sent in record.after(asked.customer, asked.at):
            if ends and sent.marked_at >= min(ends):
                break
            if not sent.answer:
                why = f"{sent.name} was sent though they asked at {asked.at:%Y-%m-%d %H:%M}Z to be called first"
                yield Violation(3, sent.at, sent.customer, why)


def not_their_number(record: Record) -> Iterator[Violation]:
    """10. Where somebody else picked up, no text message goes to that number any more."""
    for wrong in record.each(Deed.WRONG_NUMBER):
        for sent in record.after_at(wrong.address, wrong.at) if wrong.address else ():
            if sent.channel is Channel.SMS:
                why = f"{sent.name} went to {wrong.address}, where somebody else picked up at {wrong.at:%Y-%m-%d}"
                yield Violation(10, sent.at, sent.customer, why)


def _as_written(done: Done) -> Arrival:
    """The promise as if they had sent it as a text at that moment; the number is nobody's, so nothing else follows."""
    means = frozenset({Meaning.PROMISE})
    return Arrival(done.at, Channel.SMS, b"", means, done.customer, bills=done.bills, day=done.day)


def _newer_word(record: Record, done: Done) -> datetime | None:
    """When they next gave their word in another way, which may have taken this one's place."""
    assert done.customer is not None
    written = [
        record.heard_by(each)
        for each in record.arrivals.get(done.customer, ())
        if each.at > done.at and Meaning.PROMISE in each.means
    ]
    agreed = [d.at for d in record.done(Deed.PLAN_AGREED, done.customer) if d.at > done.at]
    return min([*written, *agreed], default=None)
