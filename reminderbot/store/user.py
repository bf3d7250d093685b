"""Who may sign in at the desk, the sessions they have, and the wrong passwords of the last quarter of an hour."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from reminderbot.core.user import FAILURES_COUNT_FOR, LONGEST_SESSION, Role, Session, User
from reminderbot.store.tables import desk_session, desk_user, sign_in_failure


def digest(secret: str) -> str:
    """What is kept of a session or an invitation: who reads the store learns nothing to sign in with."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def every(connection: Connection) -> list[Row[Any]]:
    """All rows, by name; closed ones too."""
    return list(connection.execute(select(desk_user).order_by(desk_user.c.name)))


def row_of(connection: Connection, name: str) -> Row[Any] | None:
    """The row of somebody by their name, closed or not."""
    return connection.execute(select(desk_user).where(desk_user.c.name == name.lower())).first()


def invited(connection: Connection, invitation: str, now: datetime) -> Row[Any] | None:
    """Whose unused invitation this is."""
    query = select(desk_user).where(desk_user.c.invitation == digest(invitation), desk_user.c.closed_at.is_(None))
    return connection.execute(query.where(desk_user.c.invited_until > now)).first()


def add(connection: Connection, name: str, role: Role) -> int:
    result = connection.execute(insert(desk_user).values(name=name.lower(), role=role.value))
    assert result.inserted_primary_key is not None
    return int(result.inserted_primary_key[0])


def change(connection: Connection, user_id: int, **values: Any) -> None:
    connection.execute(update(desk_user).where(desk_user.c.user_id == user_id).values(**values))


def begin_session(connection: Connection, session: str, user_id: int, now: datetime) -> None:
    """Let this session in; those long dead are swept away."""
    connection.execute(delete(desk_session).where(desk_session.c.began_at < now - LONGEST_SESSION))
    values = {"session": digest(session), "user_id": user_id, "began_at": now, "seen_at": now}
    connection.execute(insert(desk_session).values(**values))


def session_of(connection: Connection, session: str) -> Session | None:
    """Whose session this is, dead or alive; None where it is none, or theirs was closed."""
    query = select(desk_session.c.began_at, desk_session.c.seen_at, desk_user).join(desk_user)
    query = query.where(desk_session.c.session == digest(session), desk_user.c.closed_at.is_(None))
    row = connection.execute(query).first()
    return None if row is None else Session(user_of(row), row.began_at, row.seen_at)


def seen(connection: Connection, session: str, now: datetime) -> None:
    connection.execute(update(desk_session).where(desk_session.c.session == digest(session)).values(seen_at=now))


def end_session(connection: Connection, session: str) -> None:
    connection.execute(delete(desk_session).where(desk_session.c.session == digest(session)))


def end_sessions(connection: Connection, user_id: int) -> None:
    connection.execute(delete(desk_session).where(desk_session.c.user_id == user_id))


def failures(connection: Connection, name_hash: str, address_hash: str, now: datetime) -> list[datetime]:
    """The wrong passwords that still count for this name or from this address, oldest first."""
    of_either = or_(sign_in_failure.c.name_hash == name_hash, sign_in_failure.c.address_hash == address_hash)
    query = select(sign_in_failure.c.failed_at).where(of_either, sign_in_failure.c.failed_at > now - FAILURES_COUNT_FOR)
    return list(connection.execute(query.order_by(sign_in_failure.c.failed_at)).scalars())


def failed(connection: Connection, name_hash: str, address_hash: str, now: datetime) -> None:
    """Note a wrong password; those that count no more are swept away."""
    connection.execute(delete(sign_in_failure).where(sign_in_failure.c.failed_at <= now - FAILURES_COUNT_FOR))
    values = {"name_hash": name_hash, "address_hash": address_hash, "failed_at": now}
    connection.execute(insert(sign_in_failure).values(**values))


def forget_failures(connection: Connection, name_hash: str) -> None:
    connection.execute(delete(sign_in_failure).where(sign_in_failure.c.name_hash == name_hash))


def user_of(row: Row[Any]) -> User:
    return User(row.user_id, row.name, Role(row.role))
