"""What every template may use: the words, and the owner's ways of writing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reminderbot.core.undo import Undo
from reminderbot.house import House
from reminderbot.sentences.shown import Shown
from reminderbot.sentences.words import Words
from reminderbot.web.access import rooms

if TYPE_CHECKING:
    from flask import Flask


def dress(app: Flask, house: House, words: Words) -> Shown:
    """Hand every template the words, and the ways of writing."""
    from flask import g

    shown = Shown(house, words)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        money=shown.money, sums=shown.sums, day=shown.day, moment=shown.moment, clock=shown.clock, age=shown.age,
        in_currency=shown.in_currency,
        balance=shown.balance, capitalize_first=capitalize_first, kind_word=shown.kind,
    )  # fmt: skip
    # Macros see globals only.
    app.jinja_env.globals.update(
        t=words, told=shown.told, choices=shown.choices, by_name=shown.languages, invoice_options=shown.invoices,
        matter_options=shown.matters,
        business=house.business.name, language=words.language,
    )  # fmt: skip

    @app.context_processor
    def always() -> dict[str, Any]:
        return {"user": g.get("user"), "rooms": lambda: rooms(g.get("user"))}

    return shown


def tell(text: str, *, undo: Undo | None = None, **values: object) -> None:
    """Say the text of that name at the top of the next page, and offer to take back what was done."""
    from flask import current_app, flash

    words = current_app.jinja_env.globals.get("t")
    assert isinstance(words, Words)
    flash(words(text, None, **values), str(undo.undo_id) if undo else "")


def capitalize_first(sentence: str) -> str:
    """`sentence` as the beginning of a line; the rest of it stays as it is."""
    return sentence[:1].upper() + sentence[1:]
