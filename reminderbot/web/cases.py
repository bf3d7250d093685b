"""What waits for a person: the list, one case with the whole conversation, and what can be done about it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from reminderbot.core.case import CaseKind
from reminderbot.core.understanding import Kind
from reminderbot.desk.case import resolve, show, waiting
from reminderbot.desk.correction import correct
from reminderbot.desk.hold import lifting_of
from reminderbot.desk.payment import paid
from reminderbot.desk.promise import note
from reminderbot.desk.refusal import Refused
from reminderbot.desk.talk import evidence_in, marked, talk
from reminderbot.desk.today import matters
from reminderbot.house import House
from reminderbot.web.guard import user
from reminderbot.web.show import tell

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response


def pages(house: House) -> Blueprint:
    """/cases/ and everything below it."""
    from flask import Blueprint

    blueprint = Blueprint("cases", __name__, url_prefix="/cases")
    _looking(blueprint, house)
    _acting(blueprint, house)
    return blueprint


def _looking(blueprint: Blueprint, house: House) -> None:
    from flask import render_template, request

    @blueprint.get("/")
    def page() -> str:
        wanted = request.args.get("kind", "")
        kind = CaseKind(wanted) if wanted in set(CaseKind) else None
        with house.store.reading() as connection:
            found = matters(connection, kind)
        return render_template("cases.html", found=found, kind=kind, matters_count=len(found))

    @blueprint.get("/<int:case_id>")
    def one(case_id: int) -> str:
        with house.store.reading() as connection:
            seen = show(house, connection, case_id)
            key = seen.customer.customer_id if seen.customer else None
            facts = house.gatherer.gather(connection, [key], house.clock.now()).get(key) if key else None
            told = talk(house, connection, key) if key else []
        return render_template(
            "case.html",
            seen=seen,
            facts=facts,
            talk=told,
            marked=marked,
            evidence=evidence_in(seen.reply.understanding) if seen.reply else (),
            kinds=list(Kind),
            today=house.clock.now().astimezone(house.rules.zone).date(),
        )

    @blueprint.get("/<int:case_id>/release")
    def before_release(case_id: int) -> str:
        with house.store.reading() as connection:
            seen = show(house, connection, case_id)
            holds = [hold.hold_id for hold in seen.holds]
            coming = lifting_of(house, connection, seen.customer.customer_id, holds) if seen.customer else None
        return render_template("release.html", seen=seen, coming=coming)


def _acting(blueprint: Blueprint, house: House) -> None:
    from flask import redirect, request, url_for

    def stay(case_id: int) -> Response:
        return redirect(url_for("cases.one", case_id=case_id), 303)

    def onward() -> Response:
        """To the next case that waits: whoever clears the morning's answers need not come back to the list."""
        with house.store.reading() as connection:
            left = waiting(connection)
        return redirect(url_for("cases.one", case_id=left[0][0].case_id) if left else url_for("cases.page"), 303)

    @blueprint.post("/<int:case_id>/resolve")
    def resolve_it(case_id: int) -> Response:
        lift = request.form.get("lift") == "yes"
        resolve(house, user().name, case_id, request.form.get("resolution", "").strip(), lift=lift)
        tell("cases.resolved_lifted" if lift else "cases.resolved", number=case_id)
        return onward()

    @blueprint.post("/<int:case_id>/correct")
    def correct_it(case_id: int) -> Response:
        kinds = [_kind(word) for word in request.form.getlist("kind")]
        alone = request.form.get("alone") == "yes"
        promised = day_in(request.form.get("promise_on", ""))
        correct(house, user().name, case_id, kinds, needs_human=not alone, promise_on=promised)
        tell("cases.corrected")
        return stay(case_id)

    @blueprint.post("/<int:case_id>/promise")
    def promise_it(case_id: int) -> Response:
        due_on = day_in(request.form.get("due_on", ""))
        if due_on is None:
            raise Refused("Say by which day they will pay.")
        made = note(house, user().name, _customer(case_id), due_on, _amount(request.form.get("amount", "")))
        tell("cases.promised", customer=made.customer.name, day=due_on)
        return stay(case_id)

    @blueprint.post("/<int:case_id>/paid")
    def paid_it(case_id: int) -> Response:
        paid(house, user().name, request.form.get("invoice", ""), _amount(request.form.get("amount", "")))
        tell("cases.paid", invoice=request.form.get("invoice", ""))
        return stay(case_id)

    def _customer(case_id: int) -> str:
        with house.store.reading() as connection:
            seen = show(house, connection, case_id)
        if seen.customer is None:
            raise Refused("This case belongs to no customer.")
        return seen.customer.customer_id


def _kind(word: str) -> Kind:
    try:
        return Kind(word)
    except ValueError:
        raise Refused("Choose what the answer really says.") from None


def day_in(words: str) -> date | None:
    """The day in a field of a form; None where it was left empty. Refused where it is no day."""
    try:
        return date.fromisoformat(words.strip()) if words.strip() else None
    except ValueError:
        raise Refused(f"'{words}' is no day: write it as 2026-03-31.") from None


def _amount(words: str) -> Decimal | None:
    plain = words.strip()
    if not plain:
        return None
    try:
        found = Decimal(plain)
    except InvalidOperation:
        raise Refused(f"'{words}' is no sum: write it as 1250.00.") from None
    if not found.is_finite() or found <= 0:
        raise Refused(f"'{words}' is no sum: write one above nothing.")
    return found
