"""Papers for people outside: brings the PDF library only where one is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reminderbot.core.statement import Statement
from reminderbot.desk.refusal import Refused
from reminderbot.house import House

if TYPE_CHECKING:
    from reminderbot.papers.statement import Paper


def can_print() -> bool:
    """Whether what writes PDF is installed."""
    from importlib.util import find_spec

    return all(find_spec(name) for name in ("fpdf", "uharfbuzz"))


def refuse_without_pdf() -> None:
    """Refused with the cure where it is not."""
    if not can_print():
        raise Refused("Writing a PDF needs what is not installed here: pip install 'reminderbot[pdf]'.")


def statement_pdf(house: House, found: Statement) -> Paper:
    """A statement of account as a PDF."""
    refuse_without_pdf()
    from reminderbot.papers.statement import draw

    return draw(house.business, found)
