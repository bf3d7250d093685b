"""What of an account we keep quiet about: what is not owed, what a hold pauses, and what may be paid already.

Pure. What is left is free to be reminded about; every answer leaves its gate.
"""

from __future__ import annotations

from datetime import date

from reminderbot.core.account import Account, OpenItem, names_of, numbers_of, totals
from reminderbot.core.case import CaseKind
from reminderbot.core.customer import Customer
from reminderbot.core.decision import OpenCase
from reminderbot.core.gate import Gate, GateCode
from reminderbot.core.hold import Hold
from reminderbot.core.invoice import Status
from reminderbot.core.rules import Rules


def owed(account: Account, rules: Rules, gates: list[Gate]) -> tuple[OpenItem, ...]:
    """Items with a due date and a balance above the floor."""
    owed = tuple(item for item in account.items if item.invoice.due_on is not None and not rules.is_small(item.balance))
    if owed:
        sums = " and ".join(str(total) for total in totals(owed))
        because = f"{sums} is open on {names_of(owed)}"
        gates.append(Gate("owed", True, because, code=GateCode.OWED, invoices=numbers_of(owed), values={"sums": sums}))
    gates.extend(_left_out(account, owed))
    return owed


def _left_out(account: Account, owed: tuple[OpenItem, ...]) -> tuple[Gate, ...]:
    """Why nothing is ever said about what else is open."""
    rest = tuple(item for item in account.items if item.balance.amount > 0 and item not in owed)
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


def not_held(
    account: Account, owed: tuple[OpenItem, ...], holds: tuple[Hold, ...], gates: list[Gate]
) -> tuple[OpenItem, ...]:
    """Items that no hold pauses; each hold leaves a gate with its reason."""
    for hold in holds:
        covered = tuple(number for number in numbers_of(owed) if hold.covers(number))
        if covered:
            gates.append(_held(hold, covered, account.customer))
    disputed = tuple(item for item in owed if item.invoice.status is Status.DISPUTED)
    if disputed:
        because = f"the ledger says that {names_of(disputed)} is disputed"
        code = GateCode.LEDGER_DISPUTED
        gates.append(Gate("not disputed", False, because, code=code, invoices=numbers_of(disputed)))
    free = tuple(
        item for item in owed if item not in disputed and not any(hold.covers(item.invoice.number) for hold in holds)
    )
    if free:
        because = f"nothing pauses {names_of(free)}"
        gates.append(Gate("not held", True, because, code=GateCode.NOT_HELD, invoices=numbers_of(free)))
    for item in free:
        if item.restarted_on is not None:
            gates.append(_restarted(item.invoice.number, item.restarted_on))
    return free


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


def possibly_paid(account: Account, free: tuple[OpenItem, ...], rules: Rules, gates: list[Gate]) -> OpenCase | None:
    """Unallocated money that could settle an item: a person matches it before anybody is reminded.

    What would settle several together settles each; what settles none is taken off the letter's total.
    """
    name = "not possibly paid"
    for item in free if account.unapplied else ():
        received = account.unapplied_in(item.balance.currency)
        # A bank may have kept its fee.
        if received.amount > 0 and rules.is_small(item.balance - received):
            number = item.invoice.number
            of_it = _too_much(account, received.currency)
            why = f"{received} has come in that is not yet matched to an invoice{of_it} and could settle {number}"
            values = {"money": str(received), "invoice": number, "of_it": of_it}
            code = GateCode.POSSIBLY_PAID
            gates.append(Gate(name, False, why, code=code, invoices=numbers_of(free), values=values))
            return OpenCase(CaseKind.POSSIBLY_PAID, f"{why}: match it in the ledger", (number,))
    gates.append(Gate(name, True, "no unmatched money could settle an invoice", code=GateCode.NOT_POSSIBLY_PAID))
    return None


def _too_much(account: Account, currency: str) -> str:
    """Where money to match is not found among what came in: on which invoices too much of it lies."""
    parts = [f"{money} too much on {number}" for number, money in account.credits if money.currency == currency]
    return f" ({', '.join(parts)})" if parts else ""
