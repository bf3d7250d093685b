"""Lets people in at the desk: invites them, checks their passwords, and ends their sessions."""

from __future__ import annotations

import re
import secrets
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row

from reminderbot.core.event import Event, EventKind
from reminderbot.core.token import recipient_hash
from reminderbot.core.user import (
    INVITATION_LASTS,
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    Role,
    User,
    next_try_at,
)
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.store import journal, user

if TYPE_CHECKING:
    from argon2 import PasswordHasher

# It begins with a letter or digit: an address of the desk that ends in ".." is another one to a browser.
_NAME = re.compile(r"\w[\w.@+-]{0,99}")
# One more than a name may have, so that a longer one is seen to be that.
_LONGEST_NAME = 101
# How stale the note of when a session was last seen may be: one durable write a minute, not one a page.
_SEEN_EVERY = timedelta(minutes=1)
# Each takes 19 MiB and a core for a moment: a crowd at the door must not take the machine.
_hashing = threading.Semaphore(2)


class NotLetIn(Refused):
    """Why nobody was let in; the same sentence whether the name or the password was wrong."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time link by which somebody chooses a password."""

    user: User
    secret: str
    until: datetime


def invite(house: House, actor: str, name: str, role: Role | None = None) -> Invitation:
    """A new link for `name`; what let them in before ends. With `role` they are added.

    Refused where the name will not do, where somebody to be added is here already, and where the other is not.
    """
    now = house.clock.now()
    name = _fit(name)
    secret = secrets.token_urlsafe(32)
    with house.store.writing() as connection:
        known = user.row_of(connection, name)
        if known is None and role is None:
            raise Refused(f"There is nobody called {name}: add them first, with a role.")
        if known is not None and known.closed_at is None and role is not None:
            # A name typed by mistake must not end a colleague's password.
            raise Refused(
                f"{name} is here already: make a new link beside their name, or by `reminderbot user invite {name}`."
            )
        number = known.user_id if known is not None else user.add(connection, name, role or Role.COLLECTOR)
        chosen = role or Role(known.role if known is not None else Role.COLLECTOR)
        until = now + INVITATION_LASTS
        user.change(
            connection, number, role=chosen.value, password_hash=None, closed_at=None,
            invitation=user.digest(secret), invited_until=until,
        )  # fmt: skip
        user.end_sessions(connection, number)
        _note(connection, now, actor, name, f"invited as {chosen}")
    return Invitation(User(number, name, chosen), secret, until)


def link_of(house: House, made: Invitation) -> str:
    """The link itself, under the address that the settings name: a secret goes where no browser's request says."""
    return f"{desk_address(house)}/welcome/{made.secret}"


def desk_address(house: House) -> str:
    """Where a browser finds the desk."""
    host, port = house.listen or ("127.0.0.1", 8470)
    return house.public_url or f"http://{f'[{host}]' if ':' in host else host}:{port}"


def accept(house: House, secret: str, password: str) -> User:
    """Choose the first password by an invitation, which is used up; Refused where it is none, or the password weak."""
    now = house.clock.now()
    with house.store.reading() as connection:
        row = _invited(connection, secret, now)
    hashed = _hash(_strong(password, row.name))
    with house.store.writing() as connection:
        row = _invited(connection, secret, now)
        user.change(connection, row.user_id, password_hash=hashed, invitation=None, invited_until=None)
        _note(connection, now, row.name, row.name, "chose a password")
    return user.user_of(row)


def invitee(house: House, secret: str) -> User:
    """Whom an unused invitation is for; Refused where it is none."""
    with house.store.reading() as connection:
        return user.user_of(_invited(connection, secret, house.clock.now()))


def sign_in(house: House, name: str, password: str, address: str) -> tuple[User, str]:
    """The person and the secret of their new session; NotLetIn otherwise. `address` is where the browser is."""
    now = house.clock.now()
    hashes = _hash_of_name(house, name), recipient_hash(house.keys, f"from:{address}")
    with house.store.reading() as connection:
        _refuse_guessing(user.failures(connection, *hashes, now), now)
        row = user.row_of(connection, _plain(name))
    open_row = row if row is not None and row.closed_at is None and row.password_hash else None
    if not _matches(open_row.password_hash if open_row is not None else _nobodys(), password) or open_row is None:
        with house.store.writing() as connection:
            user.failed(connection, *hashes, now)
        raise NotLetIn("That name and password do not belong together. Try again, or ask an owner for a new link.")
    return user.user_of(open_row), _begin(house, open_row, password, hashes[0], now)


def _begin(house: House, row: Row[Any], password: str, name_hash: str, now: datetime) -> str:
    """A new session; a password hashed by older rules is hashed anew."""
    session = secrets.token_urlsafe(32)
    better = _hash(password) if _hasher().check_needs_rehash(row.password_hash) else None
    with house.store.writing() as connection:
        if user.row_of(connection, row.name) != row:
            # Looking at a password takes a moment: in it they were closed out, or chose another.
            raise NotLetIn("Something about you was changed just now: try again.")
        if better:
            user.change(connection, row.user_id, password_hash=better)
        user.forget_failures(connection, name_hash)
        user.begin_session(connection, session, row.user_id, now)
        journal.record(connection, Event(EventKind.SIGNED_IN, now, row.name))
    return session


def who(house: House, session: str) -> User | None:
    """Who sits behind this session, and that they were here just now; None: nobody (any more)."""
    now = house.clock.now()
    with house.store.reading() as connection:
        found = user.session_of(connection, session)
    if found is None or not found.is_alive(now):
        return None
    if now - found.seen_at >= _SEEN_EVERY:
        with house.store.writing() as connection:
            user.seen(connection, session, now)
    return found.user


def sign_out(house: House, session: str) -> None:
    with house.store.writing() as connection:
        user.end_session(connection, session)


def sign_out_everywhere(house: House, name: str) -> None:
    """End every session of `name`; Refused where nobody is called that."""
    with house.store.writing() as connection:
        user.end_sessions(connection, _row(connection, name).user_id)


def change_password(house: House, name: str, old: str, new: str) -> None:
    """Choose another password, which ends all sessions; Refused where the old one is wrong or the new one weak."""
    now, hashed = house.clock.now(), _hash_of_name(house, name)
    with house.store.reading() as connection:
        row = _row(connection, name)
        # Whoever finds a desk left open must not find out the password there.
        _refuse_guessing(user.failures(connection, hashed, hashed, now), now)
    if not _matches(row.password_hash or _nobodys(), old):
        with house.store.writing() as connection:
            user.failed(connection, hashed, hashed, now)
        raise Refused("The old password is not right.")
    hashed = _hash(_strong(new, row.name))
    with house.store.writing() as connection:
        user.change(connection, row.user_id, password_hash=hashed)
        user.end_sessions(connection, row.user_id)
        _note(connection, now, row.name, row.name, "changed their password")


def give_role(house: House, actor: str, name: str, role: Role) -> None:
    """Let `name` do what `role` may from now on; they sign in anew. Refused for the last owner."""
    with house.store.writing() as connection:
        row = _row(connection, name)
        _keep_an_owner(connection, row, role)
        user.change(connection, row.user_id, role=role.value)
        user.end_sessions(connection, row.user_id)
        _note(connection, house.clock.now(), actor, row.name, f"made {role}")


def close(house: House, actor: str, name: str) -> None:
    """Let `name` in no more; what they did stays in the journal under their name. Refused for the last owner."""
    now = house.clock.now()
    with house.store.writing() as connection:
        row = _row(connection, name)
        _keep_an_owner(connection, row, Role.COLLECTOR)
        user.change(connection, row.user_id, closed_at=now, password_hash=None, invitation=None, invited_until=None)
        user.end_sessions(connection, row.user_id)
        _note(connection, now, actor, row.name, "closed")


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody who works here."""

    user: User
    # Until when their link may be used, where they have not chosen a password yet.
    invited_until: datetime | None


def listed(house: House) -> list[Listed]:
    """Everybody who may sign in or has been invited to, by name."""
    with house.store.reading() as connection:
        rows = [row for row in user.every(connection) if row.closed_at is None]
    return [Listed(user.user_of(row), None if row.password_hash else row.invited_until) for row in rows]


def anybody(house: House) -> bool:
    """Whether somebody can sign in, or has been invited to."""
    with house.store.reading() as connection:
        return any(row.closed_at is None for row in user.every(connection))


def _invited(connection: Connection, secret: str, now: datetime) -> Row[Any]:
    row = user.invited(connection, secret, now)
    if row is None:
        raise Refused(
            "This link was used already, or is too old: ask an owner for a new one, or run `reminderbot user invite`."
        )
    return row


def _row(connection: Connection, name: str) -> Row[Any]:
    row = user.row_of(connection, _plain(name))
    if row is None or row.closed_at is not None:
        raise Refused(f"There is nobody called {name}: `reminderbot user list` shows who works here.")
    return row


def _keep_an_owner(connection: Connection, row: Row[Any] | None, role: Role) -> None:
    """Refused where nobody would be left who may invite others."""
    owners = [r.name for r in user.every(connection) if r.role == Role.OWNER and r.closed_at is None]
    if row is not None and role is not Role.OWNER and owners == [row.name]:
        raise Refused(f"{row.name} is the only owner: make somebody else an owner first.")


def _fit(name: str) -> str:
    plain = _plain(name)
    if not _NAME.fullmatch(plain):
        raise Refused("A name has letters, digits, dots or an @, and no blanks: jane, or jane@example.com.")
    if plain == "reminderbot":
        raise Refused("The journal calls the program itself reminderbot: choose another name.")
    return plain


def _plain(name: str) -> str:
    """A name as it is kept, however a keyboard put its letters together."""
    # Thousands of accents in disorder would take it minutes.
    return unicodedata.normalize("NFKC", name.strip()[:_LONGEST_NAME]).lower()


def _hash_of_name(house: House, name: str) -> str:
    return recipient_hash(house.keys, f"user:{_plain(name)}")


def _refuse_guessing(failures: Sequence[datetime], now: datetime) -> None:
    wait_until = next_try_at(failures)
    if wait_until is not None and wait_until > now:
        raise NotLetIn(_wait(wait_until - now))


def _strong(password: str, name: str) -> str:
    """The password, where it will do: long and not one thing over and over (NIST SP 800-63B 5.1.1.2)."""
    if len(password) < SHORTEST_PASSWORD:
        raise Refused(f"Take a password of at least {SHORTEST_PASSWORD} characters: three or four plain words will do.")
    if len(password) > LONGEST_PASSWORD:
        raise Refused(f"Take a password of at most {LONGEST_PASSWORD} characters.")
    # A name of two letters is in many a word.
    is_named = len(name) > 3 and name in password.lower()
    if len(set(password)) < 5 or is_named:
        raise Refused("That is too easy to guess: take three or four plain words that nobody would put together.")
    return password


def _hash(password: str) -> str:
    with _hashing:
        return _hasher().hash(unicodedata.normalize("NFKC", password))


def _matches(hashed: str, password: str) -> bool:
    from argon2.exceptions import Argon2Error, InvalidHashError

    if len(password) > LONGEST_PASSWORD:
        return False
    with _hashing:
        try:
            return _hasher().verify(hashed, unicodedata.normalize("NFKC", password))
        except (Argon2Error, InvalidHashError):
            return False


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    # OWASP's floor for argon2id: 19 MiB, two passes, one lane.
    return PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    """The hash of a password that nobody has: an unknown name takes as long as a known one."""
    return _hash(secrets.token_urlsafe(32))


def _wait(left: timedelta) -> str:
    seconds = int(left.total_seconds()) + 1
    told = f"{seconds} seconds" if seconds < 90 else f"{-(-seconds // 60)} minutes"
    return f"Too many tries: wait {told}, then try again."


def _note(connection: Connection, now: datetime, actor: str, name: str, what: str) -> None:
    journal.record(connection, Event(EventKind.USER_CHANGED, now, actor, None, {"user": name, "what": what}))
