"""Everybody who owes: finding them, and one account with all that is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reminderbot.desk.customer import account_page
from reminderbot.desk.hold import place, release
from reminderbot.desk.refusal import Refused
from reminderbot.desk.talk import marked
from reminderbot.house import House
from reminderbot.store import listing
from reminderbot.web.fields import day_in, words_in
from reminderbot.web.guard import user
from reminderbot.web.show import tell

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response

_MOST = 50


def pages(house: House) -> Blueprint:
    """/customers/ and everything below it."""
    from flask import Blueprint, redirect, render_template, request, url_for

    blueprint = Blueprint("customers", __name__, url_prefix="/customers")

    def stay(customer_id: str) -> Response:
        return redirect(url_for("customers.one", customer_id=customer_id), 303)

    @blueprint.get("/")
    def page() -> str:
        words = request.args.get("q", "").strip()[:200]
        with house.store.reading() as connection:
            rows = listing.customers_like(connection, words, _MOST + 1)
            owed = listing.owed_by(connection, [row.customer_id for row in rows])
        return render_template("customers.html", rows=rows[:_MOST], more=len(rows) > _MOST, owed=owed, words=words)

    @blueprint.get("/<path:customer_id>")
    def one(customer_id: str) -> str:
        with house.store.reading() as connection:
            seen = account_page(house, connection, customer_id)
        return render_template("customer.html", seen=seen, marked=marked)

    @blueprint.post("/pause/<path:customer_id>")
    def pause(customer_id: str) -> Response:
        placed = place(house, user().name, customer_id, day_in("until"), words_in("why"))
        tell("customers.paused", undo=placed.undo)
        return stay(customer_id)

    @blueprint.post("/lift/<int:hold_id>/<path:customer_id>")
    def lift(hold_id: int, customer_id: str) -> Response:
        lifted = release(house, user().name, [hold_id], "lifted at the desk")
        if not lifted.count:
            raise Refused("That pause was lifted already.")
        tell("customers.lifted", undo=lifted.undo)
        return stay(customer_id)

    return blueprint
