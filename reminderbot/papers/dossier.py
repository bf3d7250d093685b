"""The case file as a paper: a cover, the statement, and all that was said and done in order of time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from reminderbot.core.business import Business
from reminderbot.core.dossier import LONGEST, Dossier, Happening
from reminderbot.core.handover import Handover
from reminderbot.papers.sheet import SMALL, Sheet
from reminderbot.papers.statement import Hand, Paper, account, address, ages, begin
from reminderbot.papers.words import words_for

_INDENT = 5.0


def draw(business: Business, found: Dossier, progress: Callable[[], object] = lambda: None) -> Paper:
    """The whole paper, in the language of the business; `progress` is called after each happening."""
    words = words_for(business.language)
    hand, texts = Hand(words, business.country), words.file
    who = found.statement.customer
    day, name = hand.day(found.on), texts["case_file"]
    sheet = begin(business, words, f"{name}: {who.name}", found.on, f"{business.name} · {name} · {day} · {who.name}")
    parts = (words.statement, texts["aging"], texts["said_and_done"])
    _cover(sheet, hand, business, found, len(parts))
    sheet.page()
    sheet.heading(parts[0], 0, 16)
    account(sheet, hand, found.statement)
    sheet.keep(40)
    sheet.heading(parts[1], 0, 16)
    if any(part.aging for part in found.statement.parts):
        ages(sheet, hand, found.statement)
    else:
        sheet.words(words.nothing_open)
    sheet.page()
    sheet.heading(parts[2], 0, 16)
    sheet.words(texts["in_order"].format(zone=found.zone), grey=True)
    sheet.gap(3)
    for number, happening in enumerate(found.happenings, 1):
        _happening(sheet, hand, ZoneInfo(found.zone), number, happening)
        progress()
    if not found.happenings:
        sheet.words(texts["nothing_said"])
    pdf = sheet.finish()
    return Paper(pdf, sheet.troubles)


def _cover(sheet: Sheet, hand: Hand, business: Business, found: Dossier, parts: int) -> None:
    texts = hand.words.file
    sheet.words(business.name, bold=True)
    sheet.words("\n".join(filter(None, (business.address, business.email, business.phone))), size=SMALL, grey=True)
    sheet.gap(38)
    sheet.words(texts["case_file"], size=24, bold=True)
    sheet.gap(4)
    address(sheet, hand, found.statement.customer)
    sheet.gap(9)
    rows = [(texts["as_of"], hand.day(found.on))]
    for part in found.statement.parts:
        rows.append((texts["open_in"].format(currency=part.currency), hand.money(part.open)))
        if part.unmatched.amount:
            rows.append((texts["not_matched_yet"], hand.money(part.unmatched)))
        due = [item.invoice.due_on for item in part.items if item.invoice.due_on]
        if due:
            rows.append((texts["oldest_due"], hand.day(min(due))))
    rows += [(texts["letters_sent"], str(found.letters)), (texts["answers_received"], str(found.replies))]
    rows += [(texts["stands"], _stands(hand, one)) for one in found.away]
    sheet.pairs(rows)
    sheet.gap(12)
    sheet.words(texts["contents"], bold=True)
    sheet.gap(2)
    sheet.contents(parts + 1)


def _stands(hand: Hand, one: Handover) -> str:
    texts = hand.words.file
    return texts["stands_how"].format(
        about=", ".join(one.invoices) or texts["all_open"], gone=texts[f"gone.{one.kind}"],
        day=hand.day(one.marked_at.date()), actor=one.marked_by, note=one.note,
    )  # fmt: skip


def _happening(sheet: Sheet, hand: Hand, zone: ZoneInfo, number: int, one: Happening) -> None:
    sheet.heading(f"{number}. {_moment(hand, zone, one)}  {one.title}", 1, 9.5)
    if one.facts:
        sheet.pairs(one.facts, indent=_INDENT)
    if one.words:
        sheet.gap(1)
        cut = len(one.words) > LONGEST
        sheet.words(one.words[:LONGEST], indent=_INDENT + 3, bar=True)
        if cut:
            sheet.words(hand.words.file["longer"], size=SMALL, grey=True, indent=_INDENT)
    sheet.gap(2)


def _moment(hand: Hand, zone: ZoneInfo, one: Happening) -> str:
    at: datetime = one.at.astimezone(zone)
    return hand.day(at.date()) if one.day_only else f"{hand.day(at.date())} {at:%H:%M}"
