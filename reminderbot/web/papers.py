"""A customer's statement to look at and to print, and the case file for an agency or a lawyer."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING

from reminderbot.core.statement import Statement
from reminderbot.desk.dossier import file_name, make
from reminderbot.desk.find import Exactly
from reminderbot.desk.papers import can_print, statement_pdf
from reminderbot.desk.statement import statement_of
from reminderbot.house import House
from reminderbot.web.fields import day_of
from reminderbot.web.guard import user

if TYPE_CHECKING:
    from flask import Blueprint, Response

# As for a stranger's mail: where a browser would rather show it, nothing in it may do anything.
_CAGE = "default-src 'none'; sandbox"
# Smaller ones never touch the disk.
_IN_MEMORY = 8 * 1024 * 1024


def pages(house: House) -> Blueprint:
    """/papers/... below each customer."""
    from flask import Blueprint, render_template, request

    blueprint = Blueprint("papers", __name__, url_prefix="/papers")

    def found(customer_id: str) -> Statement:
        with house.store.reading() as connection:
            return statement_of(house, connection, Exactly(customer_id), day_of(request.args.get("at", "")))

    @blueprint.get("/statement/<path:customer_id>")
    def statement(customer_id: str) -> str:
        today = house.clock.now().astimezone(house.rules.zone).date()
        return render_template("statement.html", found=found(customer_id), today=today, can_print=can_print())

    @blueprint.get("/statement-pdf/<path:customer_id>")
    def as_pdf(customer_id: str) -> Response:
        told = found(customer_id)
        name = file_name(customer_id, told.on).replace("case-file", "statement").replace(".zip", ".pdf")
        return _kept(statement_pdf(house, told).pdf, "application/pdf", name)

    @blueprint.post("/file/<path:customer_id>")
    def case_file(customer_id: str) -> Response:
        with ExitStack() as kept:
            out = kept.enter_context(tempfile.SpooledTemporaryFile(_IN_MEMORY))
            made = make(house, user().name, Exactly(customer_id), out)
            out.seek(0)
            answer = _kept(out, "application/zip", file_name(customer_id, made.on))
            answer.headers["X-Manifest-SHA256"] = made.manifest.digest
            answer.call_on_close(kept.pop_all().close)
        return answer

    return blueprint


def _kept(content: bytes | IO[bytes], kind: str, name: str) -> Response:
    """A file to keep, shown by nothing."""
    from flask import Response
    from werkzeug.wsgi import FileWrapper

    body = content if isinstance(content, bytes) else FileWrapper(content, 1 << 16)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Security-Policy": _CAGE}
    return Response(body, mimetype=kind, headers=headers, direct_passthrough=not isinstance(content, bytes))
