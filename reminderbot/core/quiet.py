"""What of an account we keep quiet about: what is not owed, what a hold pauses, and what may be paid already.

Pure. What is left is free to be reminded about, by the customer's own ladder; every answer leaves its gate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from reminderbot.core.account import Account, OpenItem, numbers_of, totals
from reminderbot.core.case import CaseKind
from reminderbot.core.customer import Customer
from reminderbot.core.decision import OpenCase
from reminderbot.core.facts import Facts
from reminderbot.core.gate import Gate, GateCode
from reminderbot.core.hold import Hold, active
from reminderbot.core.invoice import Status
from reminderbot.core.rules import Rules
from reminderbot.core.segment import Chosen

_MAY_BE_PAID = "not possibly paid"
_NOT_POSSIBLY_PAID = Gate(
    _MAY_BE_PAID, True, "no unmatched money could settle an invoice", code=GateCode.NOT_POSSIBLY_PAID
)


@dataclass(frozen=True, slots=True)
class Free:
    """What of an account may be reminded about, and by whose rules: nothing that we say to them changes it."""

    gates: tuple[Gate, ...]
    numbers: frozenset[str]
    # With the ladder that this customer climbs.
    rules: Rules
    # What paused something when this was looked at.
    holds: tuple[Hold, ...]
    # All the same a person is asked first.
    case: OpenCase | None = None

    def still(self, facts: Facts, now: datetime) -> bool:
        """Whether it holds at `now` too, where neither their sums nor anything else in the books has changed."""
        return active(facts.holds, now) == self.holds

    def items_of(self, account: Account) -> tuple[OpenItem, ...]:
        """The items that are free."""
        if len(self.numbers) == len(account.items):
            return account.items
        return tuple(item for item in account.items if item.invoice.number in self.numbers)


def free_of(facts: Facts, rules: Rules, now: datetime) -> Free:
    """What of their account is free, with every gate that was asked; holds are looked at before anything else."""
    account, gates, holds = facts.account, list[Gate](), active(facts.holds, now)
    owed = _owed(account, rules, gates)
    free = _not_held(account, owed, holds, gates) if owed else ()
    case = _possibly_paid(account, free, rules, gates) if free else None
    if free and not case:
        chosen = rules.chosen(facts)
        gates.extend(_patience(chosen))
        if chosen.ladder is not rules.ladder:
            rules = replace(rules, ladder=chosen.ladder)
    return Free(tuple(gates), frozenset(numbers_of(free)), rules, holds, case)


def _owed(account: Account, rules: Rules, gates: list[Gate]) -> tuple[OpenItem, ...]:
    """Items with a due date and a balance above the floor."""
    owed = tuple(item for item in account.items if _is_owed(item, rules))
    if owed:
        sums, numbers = " and ".join(map(str, totals(owed))), numbers_of(owed)
        because = f"{sums} is open on {', '.join(numbers)}"
        gates.append(Gate("owed", True, because, code=GateCode.OWED, invoices=numbers, values={"sums": sums}))
    if not owed or len(owed) < len(account.items):
        gates.extend(_left_out(account, owed, rules))
    return owed


def _is_owed(item: OpenItem, rules: Rules) -> bool:
    return item.invoice.due_on is not None and not rules.is_small(item.balance)


def _left_out(account: Account, owed: tuple[OpenItem, ...], rules: Rules) -> tuple[Gate, ...]:
    """Why nothing is ever said about what else is open."""
    rest = tuple(item for item in account.items if item.balance.amount > 0 and not _is_owed(item, rules))
    undated = tuple(item for item in rest if item.invoice.due_on is None)
    small = tuple(item for item in rest if item.invoice.due_on is not None)
    found = []
    if undated:
        because = "what is open has no due date"
        found.append(Gate("owed", False, because, code=GateCode.NO_DUE_DATE, invoices=numbers_of(undated)))
    if small:
        because = "what is open is too small to write about"
        found.append(Gate("owed", False, because, code=GateCode.TOO_SMALL, invoices=numbers_of(small)))
    if not owed and not found:
        found.append(Gate("owed", False, "nothing is open", code=GateCode.NOTHING_OPEN))
    return tuple(found)


def _not_held(
    account: Account, owed: tuple[OpenItem, ...], holds: tuple[Hold, ...], gates: list[Gate]
) -> tuple[OpenItem, ...]:
    """Items that no hold pauses; each hold leaves a gate with its reason."""
    for hold in holds:
        if covered := tuple(number for number in numbers_of(owed) if hold.covers(number)):
            gates.append(_held(hold, covered, account.customer))
    disputed = tuple(item for item in owed if item.invoice.status is Status.DISPUTED)
    if disputed:
        numbers, code = numbers_of(disputed), GateCode.LEDGER_DISPUTED
        because = f"the ledger says that {', '.join(numbers)} is disputed"
        gates.append(Gate("not disputed", False, because, code=code, invoices=numbers))
    free = owed if not holds and not disputed else _free(owed, holds)
    if free:
        numbers = numbers_of(free)
        because = f"nothing pauses {', '.join(numbers)}"
        gates.append(Gate("not held", True, because, code=GateCode.NOT_HELD, invoices=numbers))
    for item in free:
        if item.restarted_on is not None:
            gates.append(_restarted(item.invoice.number, item.restarted_on))
    return free


def _free(owed: tuple[OpenItem, ...], holds: tuple[Hold, ...]) -> tuple[OpenItem, ...]:
    undisputed = (item for item in owed if item.invoice.status is not Status.DISPUTED)
    return tuple(item for item in undisputed if not any(hold.covers(item.invoice.number) for hold in holds))


def _restarted(number: str, on: date) -> Gate:
    because = f"a person restarted the clock of {number} on {on}: its tiers are counted from then"
    return Gate(
        "clock", True, because, code=GateCode.RESTARTED, invoices=(number,), values={"restarted_on": on.isoformat()}
    )


def _held(hold: Hold, covered: tuple[str, ...], who: Customer) -> Gate:
    """A pause as a gate: whose word it is and since when, so that it can be told from the gate alone."""
    scope = ", ".join(covered) if hold.invoices else "all invoices"
    values: dict[str, str | int] = {"kind": hold.kind.value, "hold": hold.hold_id, "why": hold.why}
    values |= {"placed_at": hold.placed_at.isoformat(), "by": hold.placed_by, "whole": int(not hold.invoices)}
    values |= {"upheld": int(hold.upheld)}
    if heard := hold.heard:
        from_contact = heard.sender and heard.sender.casefold() in {
            (who.contact.email or "").casefold(),
            who.contact.phone or "",
        }
        values |= {"said_at": heard.at.isoformat(), "said_by": who.contact.name if from_contact else ""}
        values |= {"known_by": heard.known_by}
    because = f"{hold.why} ({scope})"
    return Gate(f"hold: {hold.kind}", False, because, hold.until, code=GateCode.HELD, invoices=covered, values=values)


def _possibly_paid(account: Account, free: tuple[OpenItem, ...], rules: Rules, gates: list[Gate]) -> OpenCase | None:
    """Unallocated money that could settle an item: a person matches it before anybody is reminded.

    What would settle several together settles each; what settles none is taken off the letter's total.
    """
    for item in free if account.unapplied else ():
        received = account.unapplied_in(item.balance.currency)
        # A bank may have kept its fee.
        if received.amount > 0 and rules.is_small(item.balance - received):
            number = item.invoice.number
            of_it = _too_much(account, received.currency)
            why = f"{received} has come in that is not yet matched to an invoice{of_it} and could settle {number}"
            values = {"money": str(received), "invoice": number, "of_it": of_it}
            code = GateCode.POSSIBLY_PAID
            gates.append(Gate(_MAY_BE_PAID, False, why, code=code, invoices=numbers_of(free), values=values))
            return OpenCase(CaseKind.POSSIBLY_PAID, f"{why}: match it in the ledger", (number,))
    gates.append(_NOT_POSSIBLY_PAID)
    return None


def _too_much(account: Account, currency: str) -> str:
    """Where money to match is not found among what came in: on which invoices too much of it lies."""
    parts = [f"{money} too much on {number}" for number, money in account.credits if money.currency == currency]
    return f" ({', '.join(parts)})" if parts else ""


def _patience(chosen: Chosen) -> Iterator[Gate]:
    """That they climb another ladder than everybody, or would if the settings still had it."""
    if chosen.gone:
        because = f"'{chosen.gone}' was chosen for them and is no segment of the settings any more"
        values = {"segment": chosen.gone}
        yield Gate("patience", True, because, code=GateCode.SEGMENT_GONE, values=values)
    if chosen.segment:
        because = f"{chosen.why}: {chosen.gets} ('{chosen.segment}')"
        values = {"segment": chosen.segment, "why": chosen.why, "gets": chosen.gets}
        yield Gate("patience", True, because, code=GateCode.PATIENCE, values=values)
