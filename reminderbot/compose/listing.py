"""The list of invoices: aligned lines in text, a table in HTML, at most fifty of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from reminderbot.compose import formats
from reminderbot.compose.clean import clean, clean_url
from reminderbot.compose.words import Words, count_of
from reminderbot.core.account import OpenItem, totals
from reminderbot.core.money import Money

# A longer list is no letter any more; what is left out is summed up in a line of its own.
MOST_ROWS = 50

_CELL = "padding:6px 14px 6px 0;text-align:left;vertical-align:top"
_SUM = "padding:6px 0;text-align:right;vertical-align:top;white-space:nowrap"
_RULE = "border-top:1px solid #999999"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list, each cell as it is read."""

    invoice: str
    issued: str = ""
    due: str = ""
    amount: str = ""
    # Said under the invoice number: the customer's order number, or what part of the bill is still open.
    note: str = ""
    pay_url: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """The invoices of one letter, with what is taken off and what is left to pay."""

    head: Row
    rows: tuple[Row, ...]
    # "Received, not yet matched", one line a currency.
    taken_off: tuple[Row, ...]
    # What is left to pay, one line a currency.
    totals: tuple[Row, ...]
    pay: str

    @property
    def foot(self) -> tuple[Row, ...]:
        """What stands below the line."""
        return (*self.taken_off, *self.totals)

    def as_text(self) -> str:
        """Aligned lines of plain text."""
        every = (self.head, *self.rows, *self.foot)
        wide = max(len(row.invoice) for row in every)
        issued = max(len(row.issued) for row in every)
        due = max(len(row.due) for row in every)
        amount = max(len(row.amount) for row in every)

        def line(row: Row) -> str:
            cells = f"{row.invoice:<{wide}}  {row.issued:<{issued}}  {row.due:<{due}}  {row.amount:>{amount}}"
            return cells.rstrip() + "".join(f"\n  {more}" for more in (row.note, row.pay_url) if more)

        lines = [line(row) for row in (self.head, *self.rows)]
        rule = "-" * (wide + issued + due + amount + 6)
        return "\n".join([*lines, rule, *map(line, self.foot)])

    def as_html(self) -> str:
        """A table with inline styles; every cell is escaped."""
        head = _html_row(self.head, 'th scope="col"', self.pay)
        rows = "\n".join([head, *(_html_row(row, "td", self.pay) for row in self.rows)])
        foot = "\n".join(_html_foot(row, row in self.totals) for row in self.foot)
        return (
            '<table cellspacing="0" cellpadding="0" '
            f'style="border-collapse:collapse;margin:20px 0;width:100%">\n{rows}\n{foot}\n</table>\n'
        )


def list_items(
    items: tuple[OpenItem, ...],
    unapplied: tuple[Money, ...],
    due: tuple[Money, ...],
    words: Words,
    language: str,
    with_links: bool,
) -> Listing:
    """The list of `items`, oldest first as given; `due` is what is left after `unapplied`."""
    rows = [_row(item, words, language, with_links) for item in items[:MOST_ROWS]]
    rows += _summed_up(items[MOST_ROWS:], words, language)
    taken_off = tuple(
        Row(words.unmatched, amount=formats.money(Money(-money.amount, money.currency), language))
        for money in unapplied
    )
    left = tuple(Row(words.total, amount=formats.money(money, language)) for money in due)
    head = Row(words.invoice, words.issued, words.due, words.amount)
    return Listing(head, tuple(rows), taken_off, left, words.pay)


def _row(item: OpenItem, words: Words, language: str, with_links: bool) -> Row:
    invoice = item.invoice
    order = words.order.format(number=clean(invoice.po_number, 40)) if invoice.po_number else ""
    partly = invoice.total != item.balance
    part = words.part_of.format(total=formats.money(invoice.total, language)) if partly else ""
    return Row(
        clean(invoice.number, 40),
        formats.day(invoice.issued_on, language),
        formats.day(invoice.due_on, language) if invoice.due_on else "",
        formats.money(item.balance, language),
        ", ".join(filter(None, (part, order))),
        clean_url(invoice.pay_url) if with_links else "",
    )


def _summed_up(items: tuple[OpenItem, ...], words: Words, language: str) -> Iterable[Row]:
    further = count_of(len(items), words.one_more, words.more)
    return [Row(further, amount=formats.money(money, language)) for money in totals(items)]


def _html_row(row: Row, tag: str, pay: str) -> str:
    more = f'<br><span style="font-size:85%">{escape(row.note)}</span>' if row.note else ""
    if row.pay_url:
        more += f'<br><a href="{escape(row.pay_url)}">{escape(pay)}</a>'
    end = f"</{tag[:2]}>"
    return (
        f'<tr><{tag} style="{_CELL}">{escape(row.invoice)}{more}{end}<{tag} style="{_CELL}">{escape(row.issued)}{end}'
        f'<{tag} style="{_CELL}">{escape(row.due)}{end}<{tag} style="{_SUM}">{escape(row.amount)}{end}</tr>'
    )


def _html_foot(row: Row, strong: bool) -> str:
    tag = "strong" if strong else "span"
    return (
        f'<tr><td colspan="3" style="{_CELL};{_RULE}">{escape(row.invoice)}</td>'
        f'<td style="{_SUM};{_RULE}"><{tag}>{escape(row.amount)}</{tag}></td></tr>'
    )
