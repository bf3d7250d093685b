"""The letters at the desk: looked at as customers would get them, edited, published, and gone back to."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from babel import Locale

from reminderbot.compose.schema import FACTS, Shown
from reminderbot.core.letter_version import LetterVersion
from reminderbot.desk.letter_draft import Looked, as_written, look_at
from reminderbot.desk.letter_file import LetterFile, in_use, open_letter, shelf
from reminderbot.desk.letter_trial import own_addresses, send_trial
from reminderbot.desk.letter_version import Blocked, Overtaken, difference, history, publish, revert, version
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.store.form import AlreadyDone
from reminderbot.web.guard import user
from reminderbot.web.show import tell

if TYPE_CHECKING:
    from flask import Blueprint, Response
    from werkzeug.wrappers import Response as AnyResponse

# What somebody may say about a change.
_LONGEST_REASON = 500
# What stands in a letter may look as it likes and do nothing.
_CAGE = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
_MOST_FRAMES = 100

Form = Mapping[str, str]


class Frames:
    """The newest drafts as pages: a browser asks for what stands in a frame apart from the page around it."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, html: str) -> str:
        """Keep a page for a while; gives the name to ask for it by."""
        name = hashlib.sha256(html.encode()).hexdigest()[:32]
        with self._lock:
            self._kept[name] = html
            self._kept.move_to_end(name)
            while len(self._kept) > _MOST_FRAMES:
                self._kept.popitem(last=False)
        return name

    def get(self, name: str) -> str | None:
        with self._lock:
            return self._kept.get(name)


def pages(house: House) -> Blueprint:
    """/letters/ and everything below it."""
    from flask import Blueprint

    blueprint = Blueprint("letters", __name__, url_prefix="/letters")
    desk = _Desk(house)
    _looking(blueprint, house, desk)
    _acting(blueprint, house, desk)
    return blueprint


class _Desk:
    """One letter's page, however one comes to it."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.frames = Frames()

    def look(self, file: LetterFile, text: str, words: str) -> tuple[Looked, str]:
        """What is seen of a draft, and why it is not shown for whom one wished."""
        with self._house.store.reading() as connection:
            try:
                return look_at(self._house, connection, file, as_written(text), words), ""
            except Refused as error:
                return look_at(self._house, connection, file, as_written(text)), str(error)

    def page(self, file: LetterFile, text: str = "", *, opened: str = "", why: str = "", **more: Any) -> str:
        """The page, with what was typed where something was."""
        from flask import render_template, request

        form = request.form
        looked, trouble = self.look(file, text or file.source, _words(request.values))
        with self._house.store.reading() as connection:
            current = in_use(self._house, connection, file)
        shown: str = render_template(
            "letter.html",
            file=file,
            text=text or file.source,
            opened=opened or file.digest,
            current=current,
            form=form,
            why=why,
            facts=_variables(file),
            addresses=[(address, address) for address in own_addresses(self._house, user().name)],
            lines=difference(file.source, as_written(text)) if text else [],
            **self.seen(looked, trouble),
            **more,
        )
        return shown

    def seen(self, looked: Looked, trouble: str) -> dict[str, Any]:
        """What letter_result.html shows."""
        email = looked.shown.email
        limit = self._house.limits.segments_per_month
        return {
            "looked": looked,
            "trouble": trouble,
            "frame": self.frames.keep(email.html) if email else "",
            "segments_a_month": limit,
        }

    def publish(self, name: str, form: Form) -> tuple[str, int] | None:
        """Publish what was typed; gives the page with why it was not, and what was typed."""
        text, opened = form.get("text", ""), form.get("opened", "")
        why, override = (form.get(field, "").strip()[:_LONGEST_REASON] for field in ("why", "override"))
        try:
            self._tell(publish(self._house, user().name, name, text, opened, why, override))
        except Blocked as error:
            return self.page(open_letter(self._house, name), text, opened=opened, why=str(error), blocked=True), 422
        except Overtaken as error:
            # From here on it is deliberate: what one goes on from is the other's wording.
            return self.page(error.theirs, text, why=str(error)), 409
        except AlreadyDone:
            file = open_letter(self._house, name)
            return None if file.source == as_written(text) else (self.page(file, text, opened=opened), 200)
        except Refused as error:
            return self.page(open_letter(self._house, name), text, opened=opened, why=str(error)), 422
        return None

    def revert(self, name: str, version_id: int, form: Form) -> tuple[str, int] | None:
        """Go back to an earlier wording; gives the page with it where it is not fit to be sent any more."""
        try:
            self._tell(revert(self._house, user().name, name, version_id, form.get("opened", "")))
        except Blocked as error:
            return self.page(open_letter(self._house, name), error.looked.source, why=str(error), blocked=True), 422
        return None

    def send_trial(self, name: str, form: Form) -> tuple[str, int]:
        """Send what was typed to somebody of the house; gives the page with it."""
        text, opened, where = (form.get(field, "") for field in ("text", "opened", "address"))
        try:
            where = send_trial(self._house, user().name, name, text, _words(form), where)
        except AlreadyDone:
            pass
        except Refused as error:
            return self.page(open_letter(self._house, name), text, opened=opened, why=str(error)), 422
        return self.page(open_letter(self._house, name), text, opened=opened, sent=where), 200

    def _tell(self, done: LetterVersion) -> None:
        if done.counts_from and done.counts_from > self._house.clock.now():
            tell("letters.published_from", at=f"{done.counts_from.astimezone(self._house.rules.zone):%H:%M}")
        else:
            tell("letters.published")


def _words(values: Form) -> str:
    """For whom the letter is shown: whoever is written out goes before the one chosen from the list."""
    return (values.get("other", "").strip() or values.get("customer", "").strip())[:200]


def _variables(file: LetterFile) -> dict[str, str]:
    """What may stand in this letter, with its meaning."""
    block = Shown.BLOCK if file.name.ending == ".sms.txt" else None
    return {
        f"{{% if {name} %}}…{{% endif %}}" if fact.shown is Shown.FLAG else f"{{{{ {name} }}}}": fact.meaning
        for name, fact in FACTS.items()
        if fact.shown is not block
    }


def _looking(blueprint: Blueprint, house: House, desk: _Desk) -> None:
    from flask import Response, abort, render_template, request

    own = Locale.parse(house.business.language or "en", sep="-")

    @blueprint.app_template_filter("tongue")
    def tongue(language: str) -> str:
        """The language's name in the house's own."""
        return str(Locale.parse(language, sep="-").get_display_name(own) or language).capitalize()

    @blueprint.get("/")
    def page() -> str:
        return render_template("letters.html", shelf=shelf(house, request.args.get("language", "")))

    @blueprint.get("/frame/<name>")
    def frame(name: str) -> Response:
        html = desk.frames.get(name)
        if html is None:
            abort(404)
        headers = {"Content-Security-Policy": _CAGE, "X-Frame-Options": "SAMEORIGIN"}
        return Response(html, mimetype="text/html", headers=headers)

    @blueprint.get("/<language>/<file>")
    def one(language: str, file: str) -> str:
        return desk.page(open_letter(house, f"{language}/{file}"))

    @blueprint.get("/<language>/<file>/history")
    def past(language: str, file: str) -> str:
        found = open_letter(house, f"{language}/{file}")
        with house.store.reading() as connection:
            versions = history(house, connection, found)
        return render_template("letter_history.html", file=found, versions=versions)

    @blueprint.get("/<language>/<file>/history/<int:version_id>")
    def past_one(language: str, file: str, version_id: int) -> str:
        found = open_letter(house, f"{language}/{file}")
        with house.store.reading() as connection:
            old = version(connection, found.name.name, version_id)
        lines = difference(old.source, found.source)
        return render_template("letter_version.html", file=found, version=old, lines=lines)


def _acting(blueprint: Blueprint, house: House, desk: _Desk) -> None:
    from flask import redirect, render_template, request, url_for

    def stay(language: str, file: str) -> AnyResponse:
        return redirect(url_for("letters.one", language=language, file=file), 303)

    @blueprint.post("/<language>/<file>/check")
    def check(language: str, file: str) -> str:
        found, text = open_letter(house, f"{language}/{file}"), request.form.get("text", "")
        if request.form.get("part") != "yes":
            return desk.page(found, text, opened=request.form.get("opened", ""))
        looked, trouble = desk.look(found, text, _words(request.form))
        return render_template("letter_result.html", **desk.seen(looked, trouble))

    @blueprint.post("/<language>/<file>/publish")
    def publish_it(language: str, file: str) -> AnyResponse | tuple[str, int]:
        return desk.publish(f"{language}/{file}", request.form) or stay(language, file)

    @blueprint.post("/<language>/<file>/history/<int:version_id>/revert")
    def revert_to(language: str, file: str, version_id: int) -> AnyResponse | tuple[str, int]:
        return desk.revert(f"{language}/{file}", version_id, request.form) or stay(language, file)

    @blueprint.post("/<language>/<file>/trial")
    def try_it(language: str, file: str) -> tuple[str, int]:
        return desk.send_trial(f"{language}/{file}", request.form)
