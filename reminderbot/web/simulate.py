"""Trying other settings: an owner changes a few, and sees customer by customer what would differ; nothing is saved."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from reminderbot.core.dial import Dial, Table
from reminderbot.desk.refusal import Refused
from reminderbot.desk.simulate import Comparison, dials, try_out, turned
from reminderbot.house import House
from reminderbot.sentences.missed import speaker_of
from reminderbot.sentences.simulate import Speaker
from reminderbot.web.fields import choice_in

if TYPE_CHECKING:
    from flask import Blueprint

_AHEAD = (14, 30, 60, 90)
# A browser would give up some time, and others want to be served.
PATIENCE = 60.0


def pages(house: House) -> Blueprint:
    """/simulate/."""
    from flask import Blueprint, render_template, request

    blueprint = Blueprint("simulate", __name__, url_prefix="/simulate")
    known = dials(house)
    owners = speaker_of(house)
    # It takes a processor of its own: one at a time.
    busy = threading.Lock()

    def show(changes: tuple[Dial, ...] = (), found: Comparison | None = None, why: str = "", ahead: int = 30) -> str:
        typed = {dial.key: dial.value for dial in (*known, *changes)}
        return render_template(
            "simulate.html", tables=[(table, [d for d in known if d.table is table]) for table in Table], typed=typed,
            changes=[(dial, was) for dial in changes for was in known if was.key == dial.key], found=found, why=why,
            ahead=ahead, aheads=_AHEAD, speaker=Speaker(owners.words, owners.shown.day),
        )  # fmt: skip

    @blueprint.get("/")
    def page() -> str:
        return show()

    @blueprint.post("/")
    def look() -> str | tuple[str, int]:
        changes = turned(known, request.form)
        ahead = choice_in(request.form.get("ahead", ""), _AHEAD, "Choose how far to look ahead.")
        if not changes:
            return show(why=owners.words("simulate.same"), ahead=ahead), 422
        if not busy.acquire(blocking=False):
            return show(changes, why=owners.words("simulate.busy"), ahead=ahead), 503
        try:
            return show(changes, try_out(house, changes, ahead, PATIENCE), ahead=ahead)
        except Refused as error:
            return show(changes, why=str(error), ahead=ahead), 422
        finally:
            busy.release()

    return blueprint
