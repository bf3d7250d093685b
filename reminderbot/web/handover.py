"""Giving a customer or some invoices to an agency or a lawyer, or writing them off, and taking that back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reminderbot.core.handover import HandoverKind
from reminderbot.desk.find import Exactly, one_customer
from reminderbot.desk.handover import Stops, before, hand_over, take_back
from reminderbot.house import House
from reminderbot.store import handover, people
from reminderbot.web.fields import choice_in, words_in
from reminderbot.web.guard import user
from reminderbot.web.show import tell

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response


def pages(house: House) -> Blueprint:
    """/hand-over/CUSTOMER and the way back."""
    from flask import Blueprint, redirect, render_template, request, url_for

    blueprint = Blueprint("handover", __name__, url_prefix="/hand-over")

    @blueprint.get("/<path:customer_id>")
    def page(customer_id: str) -> str:
        stops: Stops | None = None
        with house.store.reading() as connection:
            who = one_customer(connection, Exactly(customer_id))
            known = [one for one in handover.of_customer(connection, customer_id) if one.stands]
            away = {number for one in known for number in one.invoices}
            whole = any(not one.invoices for one in known)
            left = [n for n in people.open_numbers(connection, customer_id) if not whole and n not in away]
            if left:
                stops = before(house, connection, Exactly(customer_id), left if away else ())
        return render_template("handover.html", who=who, known=known, left=left, stops=stops, kinds=list(HandoverKind))

    @blueprint.post("/<path:customer_id>")
    def hand_it_over(customer_id: str) -> Response:
        kind = choice_in(words_in("kind"), HandoverKind, "Say where it goes.")
        chosen = request.form.getlist("invoice")
        made = hand_over(house, user().name, Exactly(customer_id), kind, words_in("note"), chosen)
        about = ", ".join(made.handover.invoices) or made.stops.customer.name
        tell("handover.done", undo=made.undo, about=about)
        return redirect(url_for("customers.one", customer_id=customer_id), 303)

    @blueprint.post("/back/<int:handover_id>/<path:customer_id>")
    def take_it_back(handover_id: int, customer_id: str) -> Response:
        back = take_back(house, user().name, Exactly(customer_id), words_in("note"), handover_id)
        tell("handover.back_done", undo=back.undo, day=back.resumes_on)
        return redirect(url_for("customers.one", customer_id=customer_id), 303)

    return blueprint
