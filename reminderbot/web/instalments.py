"""Payment in instalments: works out an offer, takes down what was agreed, changes it, goes on with it, ends it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from reminderbot.core.plan import MOST_INSTALMENTS, STANDING, Every, Instalment
from reminderbot.desk import plan
from reminderbot.desk.case import open_case
from reminderbot.desk.find import Exactly, one_customer
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.store import people
from reminderbot.web.fields import choice_in, number_of, words_in
from reminderbot.web.guard import user
from reminderbot.web.show import tell

if TYPE_CHECKING:
    from flask import Blueprint
    from sqlalchemy import Connection
    from werkzeug.wrappers import Response

# Rows for days and sums beyond those of the offer.
_SPARE = 2
_MOST_ROWS = MOST_INSTALMENTS + _SPARE


def pages(house: House) -> Blueprint:
    """/instalments/CUSTOMER and what can be done with a plan."""
    from flask import Blueprint, render_template, request, url_for

    blueprint = Blueprint("instalments", __name__, url_prefix="/instalments")

    def shown(customer_id: str, why: str = "") -> str:
        asked = request.values
        case_id = number_of(asked.get("case", ""))
        with house.store.reading() as connection:
            who = one_customer(connection, Exactly(customer_id))
            known = plan.look(house, connection, customer_id)
            taken = {number for one in known if one.plan.state in STANDING for number in one.plan.invoices}
            free = [number for number in people.open_numbers(connection, customer_id) if number not in taken]
            offered, trouble = _offer(house, connection, customer_id, case_id, free)
        return render_template(
            "instalments.html", who=who, known=known, offered=offered, trouble=why or trouble, free=free, typed=_rows(),
            case_id=case_id, every=list(Every), spare=_SPARE, asked=asked, standing=STANDING,
            chosen=asked.getlist("invoice"),
        )  # fmt: skip

    @blueprint.get("/<path:customer_id>")
    def page(customer_id: str) -> str:
        return shown(customer_id)

    @blueprint.post("/agree/<path:customer_id>")
    def agree_it(customer_id: str) -> Response | str:
        invoices = request.form.getlist("invoice")
        try:
            noted = plan.agree(
                house, user().name, Exactly(customer_id), _typed(), invoices, number_of(words_in("case"))
            )
        except Refused as error:
            # What was typed stays on the page.
            return shown(customer_id, str(error))
        tell("instalments.agreed", undo=noted.undo, invoices=", ".join(noted.plan.invoices))
        return _away(url_for("customers.one", customer_id=customer_id))

    @blueprint.post("/change/<int:plan_id>")
    def change_it(plan_id: int) -> Response:
        noted = plan.change(house, user().name, plan_id, _typed())
        tell("instalments.agreed", undo=noted.undo, invoices=", ".join(noted.plan.invoices))
        return _away(url_for("customers.one", customer_id=noted.customer.customer_id))

    @blueprint.post("/go-on/<int:plan_id>")
    def go_on_with_it(plan_id: int) -> Response:
        noted = plan.go_on(house, user().name, plan_id)
        tell("instalments.goes_on", undo=noted.undo)
        return _away(url_for("customers.one", customer_id=noted.customer.customer_id))

    @blueprint.post("/end/<int:plan_id>")
    def end_it(plan_id: int) -> Response:
        ended = plan.end(house, user().name, plan_id, words_in("why"))
        tell("instalments.ended", undo=ended.undo, day=ended.resumes_on)
        return _away(url_for("customers.one", customer_id=ended.plan.customer_id))

    return blueprint


def _away(place: str) -> Response:
    from flask import redirect

    return redirect(place, 303)


def _offer(
    house: House, connection: Connection, customer_id: str, case_id: int | None, free: Sequence[str]
) -> tuple[plan.Offer | None, str]:
    """What was asked for in the address, or a case's own; with why it cannot be."""
    from flask import request

    asked = request.values
    if not free:
        return None, ""
    first = asked.get("from", "")
    try:
        if case_id is not None:
            seen = open_case(house, connection, case_id)
            plan.refuse_anothers(seen, one_customer(connection, Exactly(customer_id)))
            if not asked.get("parts"):
                return plan.offer_for(house, connection, seen), ""
        count = int(asked.get("parts") or plan.USUAL_COUNT)
        every = choice_in(asked.get("every") or "month", Every, "Choose how far the instalments lie apart.")
        day = date.fromisoformat(first) if first else None
        return plan.offer(
            house, connection, Exactly(customer_id), count, every, day, asked.getlist("invoice") or free
        ), ""
    except ValueError:
        return None, "Write the number of instalments in figures, and the first day as 2026-03-31."
    except Refused as error:
        return None, str(error)


def _rows() -> list[tuple[str, str]]:
    """The days and sums as they stand in the form; rows that were left empty are none."""
    pairs = [(words_in(f"due_on_{place}"), words_in(f"amount_{place}")) for place in range(1, _MOST_ROWS + 1)]
    return [(day, amount) for day, amount in pairs if day or amount]


def _typed() -> tuple[Instalment, ...]:
    return tuple(_instalment(day, amount) for day, amount in _rows())


def _instalment(day: str, amount: str) -> Instalment:
    try:
        return Instalment(date.fromisoformat(day), Decimal(amount))
    except (ValueError, InvalidOperation):
        raise Refused(f"'{day} {amount}' is no instalment: write a day as 2026-03-31 and a sum as 120.00.") from None
