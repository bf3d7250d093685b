"""Publishes letters: an edit becomes a file, the wording before it is kept, and two edits at once are noticed."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from reminderbot.compose.letter import fingerprint
from reminderbot.core.event import Event, EventKind
from reminderbot.core.letter_version import How, LetterVersion
from reminderbot.desk.letter_draft import Looked, as_written, look_at
from reminderbot.desk.letter_file import LetterFile, in_use, open_letter
from reminderbot.desk.refusal import Refused
from reminderbot.disk import replacing
from reminderbot.house import House
from reminderbot.store import journal, letter_version


class Blocked(Refused):
    """The letter is not fit to be sent; `looked` says why."""

    def __init__(self, looked: Looked) -> None:
        cure = "mend them, or publish in spite of them and say why" if looked.may_be_overridden else "mend them first"
        several = len(looked.blocking) > 1
        super().__init__(
            f"It was not published: {len(looked.blocking)} findings stand in the way. Please {cure}."
            if several
            else f"It was not published: a finding stands in the way. Please {cure.replace('them', 'it')}."
        )
        self.looked = looked


class Overtaken(Refused):
    """The file was changed while somebody wrote; both wordings are kept."""

    def __init__(self, theirs: LetterFile) -> None:
        super().__init__(
            "It was not published: the file was changed while you wrote. Yours is below and in the history;"
            " look at what the other one changed, and publish again where yours shall stand."
        )
        self.theirs = theirs


def publish(
    house: House, actor: str, name: str, text: str, opened: str, why: str = "", override: str = ""
) -> LetterVersion:
    """Make `text` the letter; `opened` is the fingerprint of what its writer began from.

    Blocked where it is not fit to be sent, unless only its sharpness is in the way and `override` says why it must
    be; Overtaken where the file is no longer what it was. In both cases the file is as before.
    """
    source = as_written(text)
    file = open_letter(house, name)
    with house.store.reading() as connection:
        looked = look_at(house, connection, file, source)
    if looked.blocking and not (looked.may_be_overridden and override):
        raise Blocked(looked)
    now = house.clock.now()
    stood_by = tuple(dict.fromkeys(finding.words for finding in looked.blocking))
    new = LetterVersion(
        None, name, fingerprint(source), source, How.PUBLISHED, now, actor, why, override if stood_by else "", stood_by
    )
    try:
        with replacing(file.path, source.encode("utf-8")) as put, house.store.writing() as connection:
            there = open_letter(house, name)
            if there.digest == opened:
                kept = _publish(house, connection, there, new, now)
                put()
            else:
                kept = _keep(connection, replace(new, how=How.SET_ASIDE, why="the file was changed meanwhile"))
    except OSError as error:
        raise Refused(
            f"{name} cannot be written ({error.strerror}): let the service's user write to {house.letters.folder}."
        ) from None
    if kept.how is How.SET_ASIDE:
        raise Overtaken(there)
    return kept


def revert(house: House, actor: str, name: str, version_id: int, opened: str, override: str = "") -> LetterVersion:
    """Publish an earlier wording once more."""
    with house.store.reading() as connection:
        before = version(connection, name, version_id)
    return publish(house, actor, name, before.source, opened, f"back to version {version_id}", override)


def version(connection: Connection, name: str, version_id: int) -> LetterVersion:
    """One wording that a letter had; Refused where there is none of that number."""
    found = letter_version.get(connection, version_id)
    if found is None or found.file != name:
        raise Refused(f"There is no version {version_id} of {name}.")
    return found


def history(house: House, connection: Connection, file: LetterFile) -> list[LetterVersion]:
    """The wordings of a letter, the newest first; what was changed by hand and is not kept yet comes before all."""
    now = in_use(house, connection, file)
    known = letter_version.of_file(connection, file.name.name)
    return known if now.version_id is not None else [now, *known]


def _publish(
    house: House, connection: Connection, there: LetterFile, new: LetterVersion, now: datetime
) -> LetterVersion:
    if there.source == new.source:
        raise Refused("The letter reads like this already: nothing was changed.")
    before = in_use(house, connection, there)
    if before.version_id is None:
        _keep(connection, before)
    # As long as it can be taken back, nothing leaves with it; what was in use before needs no such thought.
    known = letter_version.was_in_use(connection, new.digest, now)
    return _keep(connection, replace(new, counts_from=now if known else now + house.limits.undo))


def _keep(connection: Connection, version: LetterVersion) -> LetterVersion:
    kept = replace(version, version_id=letter_version.keep(connection, version))
    data: dict[str, object] = {"letter": kept.file, "version": kept.version_id, "digest": kept.digest}
    data |= {"how": kept.how.value, "why": kept.why}
    if kept.stood_by:
        data |= {"override": kept.override, "words": list(kept.stood_by)}
    if kept.made_by:
        journal.record(connection, Event(EventKind.LETTER_CHANGED, kept.made_at, kept.made_by, None, data))
    return kept


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a difference: taken away ("-"), put in ("+") or in both (" ")."""

    sign: str
    text: str


def difference(before: str, after: str) -> list[Line]:
    """What was changed, line by line, with two lines around each change; "…" stands where others are left out."""
    return list(_lines(before.splitlines(), after.splitlines()))


def _lines(before: list[str], after: list[str]) -> Iterator[Line]:
    for number, line in enumerate(difflib.unified_diff(before, after, n=2, lineterm="")):
        # The first two name the files.
        if number < 2:
            continue
        if line.startswith("@@"):
            if number > 2:
                yield Line("…", "")
        else:
            yield Line(line[0], line[1:])
