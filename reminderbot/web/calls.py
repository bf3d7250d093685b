"""The telephone: whom to call now, what to know before, and one key for each thing that may come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reminderbot.core.lane import Reason as Stands
from reminderbot.core.note import CallResult
from reminderbot.desk.call import Called, Said, call
from reminderbot.desk.call_list import task, tasks
from reminderbot.desk.find import Exactly, one_customer
from reminderbot.house import House
from reminderbot.sentences.calls import speaker_of
from reminderbot.web.fields import amount_in, choice_in, day_in, hour_in, words_in
from reminderbot.web.guard import user
from reminderbot.web.show import tell

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response

# What needs no word more than itself.
PLAIN = (CallResult.NO_ANSWER, CallResult.MESSAGE_LEFT, CallResult.WRONG_NUMBER)


def pages(house: House) -> Blueprint:
    """/calls/ and one page for each customer who is called."""
    from flask import Blueprint, redirect, render_template, url_for

    blueprint = Blueprint("calls", __name__, url_prefix="/calls")

    @blueprint.get("/")
    def page() -> str:
        with house.store.reading() as connection:
            found = tasks(house, connection)
        return render_template("calls.html", found=found, speaker=speaker_of(house))

    @blueprint.get("/<path:customer_id>")
    def one(customer_id: str) -> str:
        now = house.clock.now()
        with house.store.reading() as connection:
            who = one_customer(connection, Exactly(customer_id))
            found = task(house, connection, customer_id)
            items = house.gatherer.gather(connection, [customer_id], now).get(customer_id)
        return render_template(
            "call.html", who=who, task=found, speaker=speaker_of(house), plain=PLAIN, reasons=list(Stands),
            items=items.account.items if items else (), today=now.astimezone(house.rules.zone).date(),
        )  # fmt: skip

    @blueprint.post("/<result>/<path:customer_id>")
    def note_it(result: str, customer_id: str) -> Response:
        chosen = choice_in(result, CallResult, "Say how the call ended.")
        made = call(house, user().name, Exactly(customer_id), chosen, words_in("words"), _said())
        _say(made)
        with house.store.reading() as connection:
            left = next((each for each in tasks(house, connection) if each.is_now), None)
        if left is None:
            return redirect(url_for("calls.page"), 303)
        return redirect(url_for("calls.one", customer_id=left.customer.customer_id), 303)

    return blueprint


def _said() -> Said:
    """What stands in the form of a call."""
    from flask import request

    reason = words_in("reason")
    return Said(
        day_in("due_on"),
        amount_in("amount"),
        tuple(request.form.getlist("invoice")),
        choice_in(reason, Stands, "Choose why.") if reason else None,
        hour_in("on", "hour"),
    )


def _say(made: Called) -> None:
    """Tell at the top of the next page what was noted, and what follows."""
    name = made.customer.name
    match made.result:
        case CallResult.PROMISE if made.promised is not None:
            tell("calls.said_promise", undo=made.undo, customer=name, day=made.promised.due_on)
        case CallResult.PAID | CallResult.DISPUTE if made.marked is not None:
            told = ", ".join(made.marked.invoices) or name
            tell("calls.said_rests", undo=made.undo, customer=name, invoices=told)
        case CallResult.CALL_BACK:
            tell("calls.said_call_back", undo=made.undo, customer=name)
        case CallResult.WRONG_NUMBER:
            tell("calls.said_wrong_number", undo=made.undo, customer=name)
        case CallResult.MESSAGE_LEFT:
            tell("calls.said_message_left", undo=made.undo, customer=name)
        case CallResult.NO_ANSWER:
            tell("calls.said_no_answer", undo=made.undo, customer=name)
        case _:
            tell("calls.said", undo=made.undo, customer=name)
