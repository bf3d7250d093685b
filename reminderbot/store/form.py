"""Forms of the desk have their effect once: that it was had is noted in the transaction that has it (S27)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from reminderbot.store.tables import form_done

# A page left open longer than this has lost its session long ago.
_KEPT = timedelta(days=2)


class AlreadyDone(Exception):
    """This form had its effect before: a second click, or the page sent again. Nothing was done."""


@dataclass
class _Sent:
    form: str
    at: datetime
    noted: bool = False


_sent: ContextVar[_Sent | None] = ContextVar("form", default=None)


@contextmanager
def sent(form: str, now: datetime) -> Iterator[None]:
    """Within it the first transaction that writes is this form's effect; AlreadyDone where it had one."""
    token = _sent.set(_Sent(form, now))
    try:
        yield
    finally:
        _sent.reset(token)


def note(connection: Connection) -> None:
    """Called as a transaction that writes begins: others that write wait, so whoever looks first is first."""
    what = _sent.get()
    if what is None or what.noted:
        return
    if connection.execute(select(form_done.c.form).where(form_done.c.form == what.form)).first():
        raise AlreadyDone(what.form)
    connection.execute(delete(form_done).where(form_done.c.done_at < what.at - _KEPT))
    connection.execute(insert(form_done).values(form=what.form, done_at=what.at))
    what.noted = True
