"""Judges one run against the invariants 1 to 39, from the evidence alone.

What a rule needs is indexed once (`record`); each rule then goes over it by itself. An alarm must be certain: where the
specification leaves room, the milder reading counts, and the rule's own text says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from tests.oracle import calls, decided, hearing, hours, ladder, plans, sending, silence
from tests.oracle.evidence import Evidence
from tests.oracle.gather import record
from tests.oracle.record import Record
from tests.oracle.violation import Violation

Rule = Callable[[Record], Iterator[Violation]]

RULES: tuple[tuple[tuple[int, ...], Rule], ...] = (
    ((1, 5), sending.one_copy),
    ((5,), sending.never_again_by_itself),
    ((1, 21), ladder.climbs_in_order),
    ((21,), decided.goes_on_gently),
    ((21,), decided.begins_anew),
    ((2,), sending.marked_first),
    ((3,), silence.stopped_before_the_claim),
    ((3,), silence.stopped_by_a_person),
    ((3,), silence.stopped_by_the_books),
    ((3,), silence.stopped_by_a_bounce),
    ((3,), decided.handed_over),
    ((3,), decided.disputed),
    ((3,), decided.taken_back_by_a_bank),
    ((3,), calls.called_first),
    ((4,), sending.every_end),
    ((6,), sending.same_bytes),
    ((7,), sending.one_recipient),
    ((8,), sending.known_headers),
    ((9,), sending.true_figures),
    ((10,), sending.right_person),
    ((10,), calls.not_their_number),
    ((11,), silence.something_is_owed),
    ((12,), silence.nothing_came_in),
    ((13, 38), silence.answers_are_heard),
    ((13,), silence.acknowledged),
    ((14,), silence.promised),
    ((14,), calls.promised),
    ((14,), plans.while_a_plan_stands),
    ((14,), plans.notes_in_time),
    ((15, 16), silence.opted_out),
    ((15,), silence.consented),
    ((15,), silence.letters_are_asked_for),
    ((17, 18), hours.in_their_hours),
    ((19,), hours.texts_end_in_time),
    ((20,), hours.within_their_budget),
    ((22, 23), hours.listening),
    ((24,), hours.fresh_books),
    ((26,), hours.after_an_outage),
    ((27,), hours.within_the_caps),
    ((28,), hours.stopped_at_once),
    ((29,), hours.not_before_go_live),
    ((30,), hours.adopted_first),
    ((32,), hearing.nothing_is_lost),
    ((33,), hearing.once_each),
    ((34,), hearing.held_first),
    ((34,), silence.machines_are_heard),
    ((34,), silence.everybody_there_is_held),
    ((35,), hearing.only_quieter),
    ((36,), hearing.answers_nobody),
)

JUDGED: frozenset[int] = frozenset(number for numbers, _ in RULES for number in numbers)

NOT_JUDGED: Mapping[int, str] = MappingProxyType(
    {
        25: "the machine's own clocks leave no trace on the wire; a send at a wrong hour shows under 17",
        31: "a second daemon leaves no trace but what it sends, which shows under 1 and 20",
        37: "seconds within one look into the mailbox are not on record; an answer never read shows under 32",
        39: "what a reply was taken for shows only by what is sent after it, under 13, 14, 15 and 34",
    }
)

# What is seen of an invariant from outside, where that is not all of it.
IN_PART: Mapping[int, str] = MappingProxyType(
    {
        2: "the mark must be in the journal before the message was taken; its fsync is not seen",
        4: "an end that is missing, doubled or without a reason; a reminder may wait for a person as long as it likes",
        3: "holds by the journal, and from outside what people and the books say; why a matter rests is not weighed",
        8: "the names of the headers and their number; what was composed is not on record",
        9: "the invoices of the table and the sums of a text; names are not compared",
        14: "promises and plans as they were meant and agreed; what was missed shows by silence alone",
        21: "steps, order and gaps; of what goes on after a person's word the smallest gap, not the ladder's own",
        22: "the outages of the mailbox that the evidence names; canary and backlog are not seen",
        23: "likewise; how fresh a poll was is not on record",
        30: "the moments when a store was put back that the evidence names",
        32: "that the answers of known people were heard, by number; the stored bytes are not seen",
        35: "releases while an answer is acted on, and what is sent afterwards under 13 to 15",
    }
)


def judge(evidence: Evidence) -> tuple[Violation, ...]:
    """Every broken promise of a run, the earliest first."""
    known = record(evidence)
    found = [violation for _, rule in RULES for violation in rule(known)]
    return tuple(sorted(found, key=lambda each: (each.at, each.invariant, each.customer or "")))


def report(violations: Iterable[Violation], runs: int) -> str:
    """The figure and its bound, and the alarms below it."""
    found = list(violations)
    if not found:
        bound = f"95 % upper bound {3 / runs:.2g}" if runs else "nothing was judged"
        return f"0 of {runs} ({bound}); {len(JUDGED)} of 39 invariants are judged"
    many = Counter(violation.invariant for violation in found)
    head = f"{len(found)} violations in {runs}: " + ", ".join(f"{n} of {number}" for number, n in sorted(many.items()))
    return "\n".join([head, *(_line(violation) for violation in found)])


def _line(violation: Violation) -> str:
    return f"{violation.at:%Y-%m-%d %H:%M:%S}Z  {violation.invariant:>2}  {violation.customer or '-'}: {violation.why}"
