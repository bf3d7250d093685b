"""What waits for a person: the list, one case with the whole conversation, and what can be done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reminderbot.core.case import CaseKind
from reminderbot.core.lane import Reason
from reminderbot.core.note import CallResult
from reminderbot.core.plan import STANDING
from reminderbot.core.understanding import Kind
from reminderbot.desk.case import open_case, show
from reminderbot.desk.lane import likely, proposed
from reminderbot.desk.lane import matters as marked_matters
from reminderbot.desk.parked import begin, parked
from reminderbot.desk.plan import look, offer_for
from reminderbot.desk.preview import before_release
from reminderbot.desk.talk import evidence_in, marked, talk
from reminderbot.desk.today import matters
from reminderbot.desk.user import listed
from reminderbot.house import House
from reminderbot.sentences.missed import speaker_of
from reminderbot.web import case_actions
from reminderbot.web.calls import PLAIN
from reminderbot.web.fields import number_in
from reminderbot.web.guard import user
from reminderbot.web.show import tell

_A_PAGE = 50

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response


def pages(house: House) -> Blueprint:
    """/cases/ and everything below it."""
    from flask import Blueprint

    blueprint = Blueprint("cases", __name__, url_prefix="/cases")
    _looking(blueprint, house)
    case_actions.add_to(blueprint, house)
    return blueprint


def _looking(blueprint: Blueprint, house: House) -> None:
    from flask import redirect, render_template, request, url_for

    @blueprint.get("/")
    def page() -> str:
        wanted = request.args.get("kind", "")
        kind = CaseKind(wanted) if wanted in set(CaseKind) else None
        with house.store.reading() as connection:
            found = matters(connection, house.clock.now(), kind)
        start = max(0, request.args.get("from", 0, type=int))
        shown, more = found[start : start + _A_PAGE], start + _A_PAGE < len(found)
        return render_template(
            "cases.html", found=shown, kind=kind, count=len(found), start=start, step=_A_PAGE, more=more,
            parked=len(found) if kind is CaseKind.OLD_DEBT else 0, a_day=house.limits.first_contacts_per_day,
        )  # fmt: skip

    @blueprint.post("/parked")
    def begin_parked() -> Response:
        with house.store.reading() as connection:
            chosen = [one.case_id for one in parked(connection)][: number_in("most")]
        done = begin(house, user().name, chosen)
        tell("cases.begun", undo=done.undo, number=done.count, first=done.first_on, last=done.last_on)
        return redirect(url_for("today.page"), 303)

    @blueprint.get("/<int:case_id>")
    def one(case_id: int) -> str:
        with house.store.reading() as connection:
            seen = show(house, connection, case_id)
            key = seen.customer.customer_id if seen.customer else None
            facts = house.gatherer.gather(connection, [key], house.clock.now()).get(key) if key else None
            told = talk(house, connection, key) if key else []
            plans = [one for one in look(house, connection, key) if one.plan.state in STANDING] if key else []
            offered = offer_for(house, connection, seen)
            lanes, asked = marked_matters(connection, seen), proposed(house, connection, seen)
            guess = likely(connection, seen)
        return render_template(
            "case.html",
            seen=seen,
            facts=facts,
            talk=told,
            marked=marked,
            evidence=evidence_in(seen.reply.understanding) if seen.reply else (),
            kinds=list(Kind),
            reasons=list(Reason),
            matters=lanes,
            offered=offered,
            plans=plans,
            proposals=asked,
            likely=guess.value,
            calls=(CallResult.REACHED, *PLAIN),
            people=[(known.user.name, known.user.name) for known in listed(house)],
            speaker=speaker_of(house),
            today=house.clock.now().astimezone(house.rules.zone).date(),
        )

    @blueprint.get("/<int:case_id>/release")
    def before_it(case_id: int) -> str:
        with house.store.reading() as connection:
            seen = open_case(house, connection, case_id)
            holds = [hold.hold_id for hold in seen.holds]
            ahead = before_release(house, connection, seen.customer.customer_id, holds) if seen.customer else None
        return render_template("release.html", seen=seen, ahead=ahead)
