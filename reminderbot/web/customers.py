"""Everybody who owes: finding them, and one account with all that is known of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from reminderbot.core.customer import Preference
from reminderbot.core.ladder import Channel
from reminderbot.desk.contact import close, correct
from reminderbot.desk.customer import account_page
from reminderbot.desk.find import Exactly
from reminderbot.desk.hold import place, release
from reminderbot.desk.papers import can_print
from reminderbot.desk.preference import languages, segments, settle
from reminderbot.desk.preview import before_release
from reminderbot.desk.promise import correct as put_right
from reminderbot.desk.refusal import Refused
from reminderbot.desk.talk import marked
from reminderbot.desk.user import listed
from reminderbot.house import House
from reminderbot.sentences.missed import speaker_of
from reminderbot.sentences.why import answer_of, gates_of, past_of, ways_of
from reminderbot.store import listing
from reminderbot.web.fields import choice_in, day_in, words_in
from reminderbot.web.guard import user
from reminderbot.web.show import tell

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response

_MOST = 50
# Days for which a pause is one click.
_PAUSES = (7, 14, 30)


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
        return render_template(
            "customer.html",
            seen=seen,
            speaker=speaker_of(house),
            said=answer_of(house, seen.why),
            gates=gates_of(house, seen.why),
            past=past_of(house, seen.why, seen.why.history),
            ways=zip(seen.ways, ways_of(house, seen.why, [way.gate for way in seen.ways]), strict=True),
            can_print=can_print(),
            marked=marked,
            languages=languages(house),
            pauses=_PAUSES,
            segments=[(name, name) for name in segments(house)],
            people=[(known.user.name, known.user.name) for known in listed(house)],
        )

    @blueprint.post("/pause/<path:customer_id>")
    def pause(customer_id: str) -> Response:
        until = day_in("until")
        if words_in("for"):
            span = choice_in(words_in("for"), _PAUSES, "Say until when.")
            until = house.clock.now().astimezone(house.rules.zone).date() + timedelta(days=span)
        placed = place(house, user().name, Exactly(customer_id), until, words_in("why"))
        tell("customers.paused", undo=placed.undo)
        return stay(customer_id)

    @blueprint.get("/lift/<int:hold_id>/<path:customer_id>")
    def before_lift(hold_id: int, customer_id: str) -> str:
        with house.store.reading() as connection:
            ahead = before_release(house, connection, customer_id, [hold_id])
        return render_template("lift.html", ahead=ahead, hold_id=hold_id, customer_id=customer_id)

    @blueprint.post("/contact/<channel>/<path:customer_id>")
    def contact(channel: str, customer_id: str) -> Response:
        way = choice_in(channel, Channel, "There is no such way of writing.")
        changed = correct(house, user().name, Exactly(customer_id), way, words_in("address"))
        tell("customers.corrected", undo=changed.undo)
        return stay(customer_id)

    @blueprint.post("/settle/<path:customer_id>")
    def settle_it(customer_id: str) -> Response:
        chosen = Preference(
            words_in("language"), bool(words_in("never_sms")), words_in("collector"), words_in("segment")
        )
        settled = settle(house, user().name, Exactly(customer_id), chosen)
        tell("customers.settled_for", undo=settled.undo)
        return stay(customer_id)

    @blueprint.post("/close/<channel>/<path:customer_id>")
    def close_way(channel: str, customer_id: str) -> Response:
        way = choice_in(channel, Channel, "There is no such way of writing.")
        kind = choice_in(words_in("kind"), ("dead", "opted_out"), "Say why it is used no more.")
        changed = close(house, user().name, Exactly(customer_id), way, opted_out=kind == "opted_out")
        tell("customers.closed_now", undo=changed.undo)
        return stay(customer_id)

    @blueprint.post("/lift/<int:hold_id>/<path:customer_id>")
    def lift(hold_id: int, customer_id: str) -> Response:
        lifted = release(house, user().name, [hold_id], "lifted at the desk", Exactly(customer_id))
        if not lifted.count:
            raise Refused("That pause was lifted already.")
        tell("customers.lifted", undo=lifted.undo)
        return stay(customer_id)

    _promises(blueprint, house)
    return blueprint


def _promises(blueprint: Blueprint, house: House) -> None:
    from flask import redirect, url_for

    @blueprint.post("/promise/<int:promise_id>/<path:customer_id>")
    def correct_promise(promise_id: int, customer_id: str) -> Response:
        due_on = day_in("due_on")
        if due_on is None:
            raise Refused("Say for which day they really promised.")
        made = put_right(house, user().name, promise_id, due_on, Exactly(customer_id))
        tell("customers.promise_corrected", undo=made.undo, day=due_on)
        return redirect(url_for("customers.one", customer_id=customer_id), 303)
