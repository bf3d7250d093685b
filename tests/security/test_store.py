"""S24: whatever somebody wrote stays a value in the store, which is for its owner alone; its errors tell no names."""

from __future__ import annotations

import ast
import os
import re
import stat
import traceback
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import insert, inspect, select
from sqlalchemy.exc import DBAPIError

import reminderbot
from reminderbot.core.case import CaseKind
from reminderbot.core.customer import Contact, Customer
from reminderbot.core.hold import HoldKind
from reminderbot.core.inbound import Inbound, MailCursor
from reminderbot.core.invoice import Invoice, Payment
from reminderbot.core.ladder import Channel
from reminderbot.core.money import Money
from reminderbot.core.snapshot import Snapshot
from reminderbot.store import case, contact, hold, inbox, journal, ledger, listing, outbox, people, promise, setting
from reminderbot.store.session import Store, open_store
from reminderbot.store.tables import customer, metadata
from reminderbot.store.types import storable

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
DUE = date(2027, 1, 1)
# As sqlmap tries them on SQLite and PostgreSQL, and what the drivers' own placeholders look like.
HOSTILE = (
    "' OR '1'='1",
    "' OR 1=1 --",
    "'; DROP TABLE customer; --",
    "'; DELETE FROM journal; --",
    "') UNION SELECT 1, sqlite_version() --",
    "' AND 1=(SELECT 1 FROM pg_sleep(20)) --",
    "' AND randomblob(500000000) --",
    "'||(SELECT current_setting('data_directory'))||'",
    "$$; DROP TABLE journal; $$",
    "\\'; DROP TABLE journal; --",
    "'; ATTACH DATABASE '/tmp/x' AS x; --",
    "'; COPY customer TO PROGRAM 'id'; --",
    "\"; VACUUM INTO 'x'; --",
    "`",
    "/**/",
    "-- \n",
    "%",
    "_",
    "%%",
    "%s",
    "%(name)s",
    ":name",
    "?1",
    "{0}",
    "\N{FULLWIDTH APOSTROPHE}; DROP TABLE customer",
    "\N{MODIFIER LETTER APOSTROPHE}",
    "\0' OR 1=1",
    "\ud800",
    "\udcff'",
    "\N{RIGHT-TO-LEFT OVERRIDE}",
    "Robert'); DROP TABLE invoice;--",
)


def counts(store: Store) -> dict[str, int]:
    with store.reading() as connection:
        assert set(metadata.tables) <= set(inspect(connection).get_table_names())
        return {name: len(connection.execute(select(table)).all()) for name, table in metadata.tables.items()}


@pytest.fixture
def known(store: Store) -> Store:
    """A store with a customer and an invoice called by each hostile text, and one of good manners."""
    people_of = [
        Customer(f"C{n}{text}", text, Contact(text, f"{text}@x.example", text), group=text)
        for n, text in enumerate(HOSTILE)
    ]
    good = Customer("GOOD", "Roe & Daughters", Contact("Jane Roe", "jane@roe.example", "+442079460000"))
    bills = [
        Invoice(
            f"I{n}{text}", f"C{n}{text}", date(2026, 12, 1), date(2027, 1, 1), Money(Decimal(5), "GBP"), pay_url=text
        )
        for n, text in enumerate(HOSTILE)
    ]
    own = Invoice("INV-1", "GOOD", date(2026, 12, 1), date(2027, 1, 1), Money(Decimal(7), "GBP"))
    paid = [
        Payment(f"P{n}{text}", f"C{n}{text}", f"I{n}{text}", date(2027, 1, 2), Money(Decimal(1), "GBP"))
        for n, text in enumerate(HOSTILE)
    ]
    books = Snapshot((*people_of, good), (*bills, own), tuple(paid), NOW)
    with store.writing() as connection:
        ledger.take_in(connection, None, books, NOW)
    return store


def test_a_ledger_of_hostile_names_is_read_back_letter_by_letter(known: Store) -> None:
    with known.reading() as connection:
        for n, text in enumerate(HOSTILE):
            who = people.get(connection, f"C{n}{text}")
            assert who is not None
            assert who.name == who.contact.name == who.group == storable(text)
            assert people.open_numbers(connection, f"C{n}{text}") == (storable(f"I{n}{text}"),)
    assert counts(known)["customer"] == counts(known)["invoice"] == len(HOSTILE) + 1


def test_a_hostile_search_finds_what_is_called_so_and_nothing_else(known: Store) -> None:
    with known.reading() as connection:
        for n, text in enumerate(HOSTILE):
            who = (storable(f"C{n}{text}"),)
            assert [found.customer_id for found in people.find(connection, f"C{n}{text}")] == [*who]
            assert [found.customer_id for found in people.find(connection, text)] == [*who]
            assert listing.invoice_like(connection, text) is None
            assert people.by_invoices(connection, [text]) == ()
            assert people.by_address(connection, Channel.EMAIL, f"{text}@X.example") == who
            assert people.by_address(connection, Channel.SMS, text) == who
            assert people.owner_of(connection, text) is None
            assert outbox.by_message_id(connection, [text]) is None
            assert inbox.cursor(connection, text) is None
            assert list(journal.since(connection, 0, text)) == []


def test_a_wildcard_in_a_search_is_a_letter_like_any_other(known: Store) -> None:
    with known.reading() as connection:
        assert [who.customer_id for who in people.find(connection, "aughter")] == ["GOOD"]
        assert people.find(connection, "R_e") == []
        assert people.find(connection, "Ro%s") == []


def test_hostile_words_in_every_record_stay_words(known: Store) -> None:
    before = counts(known)
    for n, text in enumerate(HOSTILE):
        _write_everywhere(known, text, f"C{n}{text}")
    after = counts(known)
    new = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert new.pop("journal") >= 4 * len(HOSTILE)
    assert set(new.values()) == {len(HOSTILE)}, new


def _write_everywhere(store: Store, text: str, who: str) -> None:
    shown, in_json = storable(text), text.encode("utf-8", "replace").decode()
    with store.writing() as connection:
        mail = Inbound(Channel.EMAIL, text, NOW, text.encode("utf-8", "replace"), sender=text, recipient=text)
        number = inbox.keep(connection, mail, who, "0" * 64, NOW)
        assert number is not None
        assert inbox.keep(connection, mail, who, "0" * 64, NOW) is None
        inbox.note_sender(connection, number, text, text)
        inbox.settle(connection, number, inbox.UNDERSTOOD, subject=text, customer_id=who, understanding={text: text})
        inbox.move_cursor(connection, MailCursor(who, 1, 2))
        hold.place(connection, who, HoldKind.REPLY, text, NOW, invoices=(text,), inbound_id=number, actor=text)
        opened = case.open_one(
            connection, CaseKind.DISPUTE, who, text, NOW, words=text, invoices=(text,), inbound_id=number
        )
        assert case.resolve(connection, opened, text, NOW, text)
        promise.make(connection, who, date(2027, 2, 1), text, NOW, promised_on=NOW.date(), invoices=(text,), actor=text)
        contact.close(connection, f"{number:032}", Channel.SMS, contact.OPTED_OUT, text, who, NOW)
        setting.put(connection, f"about {number}", {text: text})
    with store.reading() as connection:
        row = inbox.get(connection, number)
        assert row is not None
        assert (row.sender, row.subject, row.external_id, row.customer_id) == (shown, shown, shown, storable(who))
        assert row.understanding == {in_json: in_json}
        held = next(found for found in hold.every(connection) if found.customer_id == storable(who))
        assert (held.why, list(held.invoices or ())) == (shown, [in_json])
        found = case.get(connection, opened)
        assert found is not None
        assert (found.why, found.words, found.resolution, found.invoices) == (shown, shown, shown, (in_json,))
        assert setting.get(connection, f"about {number}") == {in_json: in_json}
        assert {event.customer_id for _, event in journal.since(connection, 0, who)} == {storable(who)}


def test_a_mailbox_may_count_as_far_as_the_protocol_lets_it(store: Store) -> None:
    last = MailCursor("INBOX", 2**32 - 1, 2**32 - 1)
    with store.writing() as connection:
        inbox.move_cursor(connection, last)
    with store.reading() as connection:
        assert inbox.cursor(connection, "INBOX") == last


def test_an_error_of_the_database_tells_nothing_of_what_was_written(store: Store) -> None:
    row = dict.fromkeys(("customer_id", "name", "contact_name", "time_zone", "group"), "12 High\nStreet")
    values = row | {"country": "GB", "email": "Jane", "listed": True}
    with pytest.raises(DBAPIError) as raised, store.writing() as connection:
        connection.execute(insert(customer).values(**values))
    told = "".join(traceback.format_exception(raised.value))
    assert "customer.language" in told or 'column "language"' in told
    assert "Jane" not in told
    assert "High Street" not in told


def test_the_store_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = open_store(f"sqlite:///{tmp_path / 'new' / 'store.db'}", tmp_path)
        with store.writing() as connection:
            setting.put(connection, "x", 1)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}
        store.close()
    finally:
        os.umask(before)
    assert modes == {"store.db": 0o600, "store.db-wal": 0o600, "store.db-shm": 0o600}
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


# ---- no statement is put together from text

HOUSE = Path(reminderbot.__file__).parent
STATEMENTS = {"text", "execute", "exec_driver_sql", "literal_column", "scalar", "scalars", "DDL"}
# Whose pieces are constants of the module itself.
KNOWN = {
    ("store/session.py", "guard_journal"),
    ("store/session.py", "_set_pragmas"),
    ("store/health.py", "faults"),
}


def built_statements(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """(function, line) of every statement that is handed text made from pieces."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and call.args and _name(call.func) in STATEMENTS and _is_built(call.args[0]):
                yield function.name, call.lineno


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_built(argument: ast.expr) -> bool:
    match argument:
        case ast.JoinedStr() | ast.BinOp(op=ast.Add() | ast.Mod()):
            return True
        case ast.Call(func=ast.Attribute(attr="format" | "join" | "replace")):
            return True
        case _:
            return False


def test_no_statement_is_made_from_pieces_of_text() -> None:
    found = {
        (path.relative_to(HOUSE).as_posix(), name)
        for path in HOUSE.rglob("*.py")
        for name, _ in built_statements(ast.parse(path.read_text("utf-8")))
    }
    assert found == KNOWN


@pytest.mark.parametrize(
    "line",
    ['c.execute(text(f"SELECT {x}"))', 'c.exec_driver_sql("SELECT " + x)', 'text("SELECT %s" % x)',
     'sa.text("SELECT {}".format(x))', 'literal_column("".join(x))'],
)  # fmt: skip
def test_a_statement_made_from_pieces_is_noticed(line: str) -> None:
    assert list(built_statements(ast.parse(f"def f(c, x):\n    {line}"))) == [("f", 2)]


def test_only_the_store_writes_statements_of_its_own() -> None:
    elsewhere = {
        path.relative_to(HOUSE).as_posix(): path.read_text("utf-8")
        for path in HOUSE.rglob("*.py")
        if path.relative_to(HOUSE).parts[0] != "store"
    }
    writing = re.compile(r"exec_driver_sql|from sqlalchemy import .*\b(text|literal_column|DDL)\b")
    assert [name for name, source in elsewhere.items() if writing.search(source)] == []
