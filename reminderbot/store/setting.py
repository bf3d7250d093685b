"""Facts about this installation: its grant to send, the kill switch, and the marks of freshness."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from reminderbot.store.session import upsert
from reminderbot.store.tables import setting

# The keys in use; each is read and written through this module only.
GRANT = "grant"
STOPPED = "stopped"
INBOX_READ_AT = "inbox_read_at"
# The moment of the first look: answers can only be younger.
INBOX_SINCE = "inbox_since"
JUNK_READ_AT = "junk_read_at"
RESCANNED_AT = "rescanned_at"
SMS_READ_AT = "sms_read_at"
LEDGER = "ledger"
CLOCK = "clock"
# How the send log stood when the store last wrote to it, and which secret key is this store's.
SEND_LOG = "send_log"
KEY = "key"
CANARY = "canary"
# Steps that the send log knows of and no customer in the ledger: (invoice, round, tier, channel, recipient hash).
SPENT = "spent"
LEDGER_HELD = "ledger_held"
BATCH_SIZES = "batch_sizes"
BREAKER = "breaker"
# How many messages a person let go at once, and when.
LET_GO = "let_go"
HALTED = "halted"
INBOX_TROUBLE = "inbox_trouble"
TEXTS_TROUBLE = "texts_trouble"
RULES = "rules"
ALERTED = "alerted"
# How the calls of the carrier fare.
WEBHOOK = "webhook"
CHECKED_AT = "checked_at"

_ALL = select(setting.c.key, setting.c.value)
_VALUE = select(setting.c.value).where(setting.c.key == bindparam("k"))
_DROP = delete(setting).where(setting.c.key == bindparam("k"))


def get(connection: Connection, key: str) -> Any:
    """The value under `key`; None where there is none."""
    return connection.execute(_VALUE, {"k": key}).scalar()


def get_all(connection: Connection) -> dict[str, Any]:
    """Everything that is kept here, at once."""
    return {row.key: row.value for row in connection.execute(_ALL)}


def put(connection: Connection, key: str, value: Any) -> None:
    upsert(connection, setting, [{"key": key, "value": value}])


def drop(connection: Connection, key: str) -> None:
    connection.execute(_DROP, {"k": key})


def get_moment(connection: Connection, key: str) -> datetime | None:
    """The moment under `key`, aware; None where there is none."""
    return moment(get(connection, key))


def moment(value: Any) -> datetime | None:
    """A moment as `put_moment` wrote it."""
    return datetime.fromisoformat(value) if value else None


def put_moment(connection: Connection, key: str, value: datetime) -> None:
    put(connection, key, value.isoformat())
