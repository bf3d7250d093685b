"""A customer's message as it came: text shown as text, HTML harmless and caged, attachments handed over unopened."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reminderbot.desk.mail import file_of, look, raw_message
from reminderbot.house import House

if TYPE_CHECKING:
    from flask import Blueprint, Response

# Also where a browser would rather show than keep it, nothing in it may do anything.
_CAGE = "default-src 'none'; sandbox; frame-ancestors 'self'"
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")


def pages(house: House) -> Blueprint:
    """/mails/NUMBER and what belongs to it."""
    from flask import Blueprint, Response, render_template

    blueprint = Blueprint("mails", __name__, url_prefix="/mails")

    @blueprint.get("/<int:inbound_id>")
    def one(inbound_id: int) -> str:
        with house.store.reading() as connection:
            looked = look(house, connection, inbound_id)
        return render_template("mail.html", looked=looked, number=inbound_id)

    @blueprint.get("/<int:inbound_id>/markup")
    def markup(inbound_id: int) -> Response:
        with house.store.reading() as connection:
            looked = look(house, connection, inbound_id)
        page = f'<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>{looked.opened.html}</body></html>'
        headers = {"Content-Security-Policy": _CAGE, "X-Frame-Options": "SAMEORIGIN"}
        return Response(page, mimetype="text/html", headers=headers)

    @blueprint.get("/<int:inbound_id>/file/<int:number>")
    def file(inbound_id: int, number: int) -> Response:
        with house.store.reading() as connection:
            name, content = file_of(house, connection, inbound_id, number)
        ending = _ENDING.search(name)
        return _handed_over(content, f"attachment-{inbound_id}-{number}{ending[0].lower() if ending else ''}")

    @blueprint.get("/<int:inbound_id>/raw")
    def raw(inbound_id: int) -> Response:
        with house.store.reading() as connection:
            row, content = raw_message(house, connection, inbound_id)
        return _handed_over(content, f"message-{inbound_id}.{'eml' if row.channel == 'email' else 'txt'}")

    def _handed_over(content: bytes, name: str) -> Response:
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Security-Policy": _CAGE}
        return Response(content, mimetype="application/octet-stream", headers=headers)

    return blueprint
