"""A person's answer to a customer: written, looked at as it would leave, and only then sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reminderbot.core.ladder import Channel
from reminderbot.desk.answer import draft, send
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.web.fields import choice_in, words_in
from reminderbot.web.guard import user
from reminderbot.web.show import tell

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response


def pages(house: House) -> Blueprint:
    """/cases/NUMBER/answer and its two steps."""
    from flask import Blueprint, redirect, render_template, request, url_for

    blueprint = Blueprint("answers", __name__, url_prefix="/cases/<int:case_id>/answer")

    @blueprint.get("/")
    def page(case_id: int) -> str:
        channel = Channel(request.args["by"]) if request.args.get("by") in set(Channel) else None
        with house.store.reading() as connection:
            copy_of = request.args.get("copy", "")
            begun = draft(house, connection, case_id, channel=channel, writer=user().name, copy_of=copy_of)
        return render_template("answer.html", draft=begun)

    @blueprint.post("/look")
    def look(case_id: int) -> tuple[str, int] | str:
        text, channel = _text(), _channel()
        with house.store.reading() as connection:
            try:
                made = draft(
                    house, connection, case_id, channel=channel, text=text, writer=user().name, copy_of=words_in("copy")
                )
            except Refused as error:
                # What was written stays in front of its writer.
                begun = draft(house, connection, case_id, channel=channel, writer=user().name, copy_of=words_in("copy"))
                return render_template("answer.html", draft=begun, text=text, why=str(error)), 422
        if request.form.get("change"):
            return render_template("answer.html", draft=made)
        return render_template("answer_look.html", draft=made)

    @blueprint.post("/send")
    def send_it(case_id: int) -> Response | tuple[str, int]:
        text, channel, name = _text(), _channel(), user().name
        try:
            sending = send(
                house, name, case_id, text, channel=channel, to=words_in("to"),
                copy_of=words_in("copy"), digest=words_in("digest"),
            )  # fmt: skip
        except Refused as error:
            with house.store.reading() as connection:
                made = draft(
                    house, connection, case_id, channel=channel, text=text, writer=name, copy_of=words_in("copy")
                )
            return render_template("answer_look.html", draft=made, why=str(error)), 422
        if sending.file is not None:
            tell("answers.filed", file=sending.file.name)
        else:
            tell("answers.sent", undo=sending.undo, recipient=sending.draft.recipient)
        return redirect(url_for("cases.one", case_id=case_id), 303)

    return blueprint


def _text() -> str:
    # Forms send the line ends of the wire (HTML, "normalize newlines").
    return words_in("text").replace("\r\n", "\n")


def _channel() -> Channel:
    return choice_in(words_in("channel"), Channel, "Choose how to answer: by e-mail or by SMS.")
