"""What can be done about a case: each action says what it did, and where it can be taken back offers that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reminderbot.core.lane import Reason
from reminderbot.core.note import CallResult
from reminderbot.core.understanding import Kind
from reminderbot.desk import dispute
from reminderbot.desk.call import call
from reminderbot.desk.case import assign, hand_over, next_waiting, open_case, resolve, snooze
from reminderbot.desk.correction import correct
from reminderbot.desk.find import Exactly
from reminderbot.desk.note import note
from reminderbot.desk.payment import paid
from reminderbot.desk.promise import note as note_promise
from reminderbot.desk.refusal import Refused
from reminderbot.desk.restart import restart
from reminderbot.house import House
from reminderbot.web.fields import amount_in, choice_in, day_in, number_of, words_in
from reminderbot.web.guard import user
from reminderbot.web.show import tell

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response


def add_to(blueprint: Blueprint, house: House) -> None:
    """All of them, below /cases/NUMBER/."""
    _understanding(blueprint, house)
    _closing(blueprint, house)
    _arranging(blueprint, house)
    _disputes(blueprint, house)


def _stay(case_id: int) -> Response:
    from flask import redirect, url_for

    return redirect(url_for("cases.one", case_id=case_id), 303)


def _onward(house: House) -> Response:
    """To the next case that waits: whoever clears the morning's answers need not come back to the list."""
    from flask import redirect, url_for

    with house.store.reading() as connection:
        left = next_waiting(connection, house.clock.now())
    return redirect(url_for("cases.one", case_id=left.case_id) if left else url_for("cases.page"), 303)


def _understanding(blueprint: Blueprint, house: House) -> None:
    from flask import request

    @blueprint.post("/<int:case_id>/correct")
    def correct_it(case_id: int) -> Response:
        kinds = [choice_in(word, Kind, "Choose what the answer really says.") for word in request.form.getlist("kind")]
        alone = request.form.get("alone") == "yes"
        correct(house, user().name, case_id, kinds, needs_human=not alone, promise_on=day_in("promise_on"))
        tell("cases.corrected")
        return _stay(case_id)

    @blueprint.post("/<int:case_id>/promise")
    def promise_it(case_id: int) -> Response:
        due_on = day_in("due_on")
        if due_on is None:
            raise Refused("Say by which day they will pay.")
        invoices = request.form.getlist("invoice")
        made = note_promise(house, user().name, _customer(house, case_id), due_on, amount_in("amount"), invoices)
        if invoices:
            dispute.confirmed(house, user().name, case_id)
        tell("cases.promised", undo=made.undo, customer=made.customer.name, day=due_on)
        return _stay(case_id)

    @blueprint.post("/<int:case_id>/paid")
    def paid_it(case_id: int) -> Response:
        noted = paid(house, user().name, words_in("invoice"), amount_in("amount"), _customer(house, case_id))
        tell("cases.paid", undo=noted.undo, invoice=noted.invoice)
        return _stay(case_id)


def _closing(blueprint: Blueprint, house: House) -> None:
    from flask import request

    @blueprint.post("/<int:case_id>/resolve")
    def resolve_it(case_id: int) -> Response:
        lift = request.form.get("lift") == "yes"
        done = resolve(house, user().name, case_id, words_in("resolution"), lift=lift)
        tell("cases.resolved_lifted" if lift else "cases.resolved", undo=done.undo, number=case_id)
        return _onward(house)


def _arranging(blueprint: Blueprint, house: House) -> None:
    @blueprint.post("/<int:case_id>/snooze")
    def snooze_it(case_id: int) -> Response:
        until = day_in("until")
        if until is None:
            raise Refused("Say until which day it may wait.")
        moved = snooze(house, user().name, case_id, until)
        tell("cases.snoozed", undo=moved.undo, number=case_id, day=until)
        return _onward(house)

    @blueprint.post("/<int:case_id>/assign")
    def assign_it(case_id: int) -> Response:
        name, words = words_in("name"), words_in("words")
        moved = (
            hand_over(house, user().name, case_id, name, words) if words else assign(house, user().name, case_id, name)
        )
        tell("cases.assigned", undo=moved.undo, number=case_id, name=name)
        return _stay(case_id)

    @blueprint.post("/<int:case_id>/note")
    def note_it(case_id: int) -> Response:
        result = words_in("call")
        if result:
            call(
                house, user().name, case_id, choice_in(result, CallResult, "Say how the call ended."), words_in("words")
            )
        else:
            note(house, user().name, case_id, words_in("words"))
        tell("cases.noted")
        return _stay(case_id)


def _disputes(blueprint: Blueprint, house: House) -> None:
    from flask import request

    @blueprint.post("/<int:case_id>/dispute")
    def dispute_it(case_id: int) -> Response:
        reason = choice_in(words_in("reason"), Reason, "Choose why it rests.")
        marked = dispute.mark(
            house, user().name, case_id, reason, request.form.getlist("invoice"),
            words=words_in("words"), until=day_in("until"), alone=words_in("alone") == "yes",
        )  # fmt: skip
        if marked.unconfirmed:
            tell("cases.disputed_more", undo=marked.undo, more=", ".join(marked.unconfirmed))
        elif marked.invoices:
            tell("cases.disputed", undo=marked.undo, invoices=", ".join(marked.invoices))
        else:
            tell("cases.disputed_all", undo=marked.undo)
        return _stay(case_id)

    @blueprint.post("/<int:case_id>/settle")
    def settle_it(case_id: int) -> Response:
        answered = choice_in(words_in("upheld"), ("yes", "no", ""), "Say whether they were right.")
        upheld = None if not answered else answered == "yes"
        done = dispute.settle(
            house, user().name, case_id, upheld=upheld, note=words_in("note"), credit=amount_in("credit"),
            on=day_in("on"), matter=number_of(words_in("matter")),
        )  # fmt: skip
        if done.resumes_on is None:
            tell("cases.settled_upheld" if upheld else "cases.settled_stays", undo=done.undo, number=case_id)
        else:
            tell("cases.settled", undo=done.undo, number=case_id, day=done.resumes_on)
        return _stay(case_id) if done.is_case_open else _onward(house)

    @blueprint.post("/<int:case_id>/restart")
    def restart_it(case_id: int) -> Response:
        done = restart(house, user().name, case_id, words_in("invoice"))
        tell("cases.restarted", undo=done.undo, invoice=done.invoice)
        return _stay(case_id)


def _customer(house: House, case_id: int) -> Exactly:
    with house.store.reading() as connection:
        seen = open_case(house, connection, case_id)
    if seen.customer is None:
        raise Refused("This case belongs to no customer.")
    return Exactly(seen.customer.customer_id)
