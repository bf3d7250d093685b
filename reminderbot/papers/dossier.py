"""The case file as a paper: a cover, the statement, and all that was said and done in order of time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from reminderbot.core.business import Business
from reminderbot.core.dossier import LONGEST, Dossier, Happening
from reminderbot.core.handover import Handover, said
from reminderbot.papers.sheet import SMALL, Sheet
from reminderbot.papers.statement import Hand, Paper, account, address, ages, begin
from reminderbot.papers.words import words_for

_PARTS = ("Statement of account", "Aging", "What was said and done")
_INDENT = 5.0


def draw(business: Business, found: Dossier, progress: Callable[[], object] = lambda: None) -> Paper:
    """The whole paper; `progress` is called after each happening."""
    words = words_for()
    hand = Hand(words, business.country)
    who = found.statement.customer
    day = hand.day(found.on)
    sheet = begin(
        business, words, f"Case file: {who.name}", found.on, f"{business.name} · Case file · {day} · {who.name}"
    )
    _cover(sheet, hand, business, found)
    sheet.page()
    sheet.heading(_PARTS[0], 0, 16)
    account(sheet, hand, found.statement)
    sheet.keep(40)
    sheet.heading(_PARTS[1], 0, 16)
    if any(part.aging for part in found.statement.parts):
        ages(sheet, hand, found.statement)
    else:
        sheet.words("Nothing is open.")
    sheet.page()
    sheet.heading(_PARTS[2], 0, 16)
    sheet.words(f"In order of time, by the clock of {found.zone}. Raw messages lie beside this paper.", grey=True)
    sheet.gap(3)
    for number, happening in enumerate(found.happenings, 1):
        _happening(sheet, hand, ZoneInfo(found.zone), number, happening)
        progress()
    if not found.happenings:
        sheet.words("Nothing was said yet, on either side.")
    pdf = sheet.finish()
    return Paper(pdf, sheet.troubles)


def _cover(sheet: Sheet, hand: Hand, business: Business, found: Dossier) -> None:
    sheet.words(business.name, bold=True)
    sheet.words("\n".join(filter(None, (business.address, business.email, business.phone))), size=SMALL, grey=True)
    sheet.gap(38)
    sheet.words("Case file", size=24, bold=True)
    sheet.gap(4)
    address(sheet, hand, found.statement.customer)
    sheet.gap(9)
    rows = [("As of", hand.day(found.on))]
    for part in found.statement.parts:
        rows.append((f"Open in {part.currency}", hand.money(part.open)))
        if part.unmatched.amount:
            rows.append(("Not matched yet", hand.money(part.unmatched)))
        due = [item.invoice.due_on for item in part.items if item.invoice.due_on]
        if due:
            rows.append(("Oldest due date", hand.day(min(due))))
    rows += [("Letters sent", str(found.letters)), ("Answers received", str(found.replies))]
    rows += [("Where it stands", _stands(hand, one)) for one in found.away]
    sheet.pairs(rows)
    sheet.gap(12)
    sheet.words("Contents", bold=True)
    sheet.gap(2)
    sheet.contents(len(_PARTS) + 1)


def _stands(hand: Hand, one: Handover) -> str:
    about = ", ".join(one.invoices) or "all that is open"
    return f"{about} {said(one.kind)} on {hand.day(one.marked_at.date())} by {one.marked_by}: {one.note}"


def _happening(sheet: Sheet, hand: Hand, zone: ZoneInfo, number: int, one: Happening) -> None:
    sheet.heading(f"{number}. {_moment(hand, zone, one)}  {one.title}", 1, 9.5)
    if one.facts:
        sheet.pairs(one.facts, indent=_INDENT)
    if one.words:
        sheet.gap(1)
        cut = len(one.words) > LONGEST
        sheet.words(one.words[:LONGEST], indent=_INDENT + 3, bar=True)
        if cut:
            sheet.words("It is longer; all of it is in the raw message.", size=SMALL, grey=True, indent=_INDENT)
    sheet.gap(2)


def _moment(hand: Hand, zone: ZoneInfo, one: Happening) -> str:
    at: datetime = one.at.astimezone(zone)
    return hand.day(at.date()) if one.day_only else f"{hand.day(at.date())} {at:%H:%M}"
