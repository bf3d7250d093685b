"""Who may see and do what at the desk: every route stands in this table, and one that does not is refused to all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from reminderbot.core.undo import UndoKind
from reminderbot.core.user import Role, User


class Who(Enum):
    """The least that somebody must be."""

    ANYONE = "anyone"
    COLLECTOR = "collector"
    OWNER = "owner"

    def lets_in(self, user: User | None) -> bool:
        """Whether `user`, or a passer-by, may use what is marked so."""
        if self is Who.ANYONE:
            return True
        return user is not None and user.role.includes(Role(self.value))


WHO = {
    "static": Who.ANYONE,
    # For machines; no customer's name, address or words.
    "machine.health": Who.ANYONE,
    "machine.as_json": Who.ANYONE,
    "sign_in.page": Who.ANYONE,
    "sign_in.enter": Who.ANYONE,
    "sign_in.invited": Who.ANYONE,
    "sign_in.accept_invitation": Who.ANYONE,
    "sign_in.leave": Who.COLLECTOR,
    "me.page": Who.COLLECTOR,
    "me.password": Who.COLLECTOR,
    "me.leave_everywhere": Who.COLLECTOR,
    "calendar.page": Who.COLLECTOR,
    "simulate.page": Who.OWNER,
    "simulate.look": Who.OWNER,
    "people.page": Who.OWNER,
    "people.invite_somebody": Who.OWNER,
    "people.role": Who.OWNER,
    "people.close_somebody": Who.OWNER,
    "today.page": Who.COLLECTOR,
    "cases.page": Who.COLLECTOR,
    "cases.one": Who.COLLECTOR,
    "cases.resolve_it": Who.COLLECTOR,
    "cases.before_it": Who.COLLECTOR,
    "cases.correct_it": Who.COLLECTOR,
    "cases.promise_it": Who.COLLECTOR,
    "customers.correct_promise": Who.COLLECTOR,
    "cases.paid_it": Who.COLLECTOR,
    "cases.snooze_it": Who.COLLECTOR,
    "cases.assign_it": Who.COLLECTOR,
    "cases.note_it": Who.COLLECTOR,
    "cases.dispute_it": Who.COLLECTOR,
    "cases.settle_it": Who.COLLECTOR,
    "cases.restart_it": Who.COLLECTOR,
    "calls.page": Who.COLLECTOR,
    "calls.one": Who.COLLECTOR,
    "calls.note_it": Who.COLLECTOR,
    "instalments.page": Who.COLLECTOR,
    "instalments.agree_it": Who.COLLECTOR,
    "instalments.change_it": Who.COLLECTOR,
    "instalments.go_on_with_it": Who.COLLECTOR,
    "instalments.end_it": Who.COLLECTOR,
    "reports.page": Who.OWNER,
    "reports.as_sheet": Who.OWNER,
    "forecast.page": Who.OWNER,
    "forecast.as_sheet": Who.OWNER,
    "answers.page": Who.COLLECTOR,
    "answers.look": Who.COLLECTOR,
    "answers.send_it": Who.COLLECTOR,
    # Everybody who works here may stop; only an owner lets it go on.
    "sending.page": Who.COLLECTOR,
    "sending.stop_all": Who.COLLECTOR,
    "sending.say_yes": Who.OWNER,
    "sending.before": Who.OWNER,
    "sending.go_on": Who.OWNER,
    "cases.begin_parked": Who.COLLECTOR,
    "undo.take_back": Who.COLLECTOR,
    "mails.one": Who.COLLECTOR,
    "mails.markup": Who.COLLECTOR,
    "mails.file": Who.COLLECTOR,
    "mails.raw": Who.COLLECTOR,
    "customers.page": Who.COLLECTOR,
    "customers.one": Who.COLLECTOR,
    "customers.pause": Who.COLLECTOR,
    "customers.before_lift": Who.COLLECTOR,
    "customers.settle_it": Who.COLLECTOR,
    "customers.contact": Who.COLLECTOR,
    "customers.close_way": Who.COLLECTOR,
    "customers.lift": Who.COLLECTOR,
    # An agency, a lawyer, a write-off: a decision of the house.
    "handover.page": Who.OWNER,
    "handover.hand_it_over": Who.OWNER,
    "handover.take_it_back": Who.OWNER,
    "papers.statement": Who.COLLECTOR,
    "papers.as_pdf": Who.COLLECTOR,
    # All of somebody's words in one file: it leaves the house.
    "papers.case_file": Who.OWNER,
    "letters.page": Who.OWNER,
    "letters.frame": Who.OWNER,
    "letters.one": Who.OWNER,
    "letters.past": Who.OWNER,
    "letters.past_one": Who.OWNER,
    "letters.check": Who.OWNER,
    "letters.publish_it": Who.OWNER,
    "letters.revert_to": Who.OWNER,
    "letters.try_it": Who.OWNER,
}
"""By endpoint: the blueprint's name, a dot, the function's."""


# A decision of the house is taken back by whoever may make it.
_UNDO = {UndoKind.HANDED_OVER: Who.OWNER, UndoKind.TAKEN_BACK: Who.OWNER}


def who_may_undo(kind: UndoKind | None) -> Who:
    """Who may take back what was done, whoever did it."""
    return _UNDO.get(kind, Who.COLLECTOR) if kind else Who.COLLECTOR


def who_may(endpoint: str | None) -> Who | None:
    """Who may use this route; None: nobody, for it is not in the table."""
    return WHO.get(endpoint or "")


@dataclass(frozen=True, slots=True)
class Room:
    """One entry of the list of pages at the top: a blueprint and where it begins."""

    name: str
    endpoint: str
    # Other blueprints whose pages are reached from here.
    within: tuple[str, ...] = ()


ROOMS = (
    Room("today", "today.page"),
    Room("cases", "cases.page", ("answers", "mails")),
    Room("calls", "calls.page"),
    Room("customers", "customers.page", ("handover", "papers")),
    Room("calendar", "calendar.page", ("simulate",)),
    Room("sending", "sending.page"),
    Room("letters", "letters.page"),
    Room("reports", "reports.page", ("forecast",)),
    Room("people", "people.page"),
)


def rooms(user: User | None) -> list[Room]:
    """The pages that `user` may begin with."""
    return [room for room in ROOMS if (who := who_may(room.endpoint)) and who.lets_in(user)]
