"""Fault F8: every step of a conversation with a mail server, met by every fault; each cell ends as table 1.1 says."""

from __future__ import annotations

import itertools
import socket
import ssl
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from reminderbot.channels.smtp import SmtpChannel, SmtpTimeouts
from reminderbot.core.delivery import Accepted, Deferred, Outcome, Refused, Uncertain
from tests.channels.messages import letter
from tests.servers.scripted_smtp import CLOSE, DRIP, HANG, RESET, ScriptedSmtp
from tests.servers.tls import Authority

# down: provably not sent, and nothing else is tried on this channel in this run.   later: provably not sent.
# (Any 3xx is taken for "go on" with the login: only the last word on it counts.)
# no: refused.   ?: uncertain, never sent again.   ok: accepted.   -: cannot be: who was not reached says nothing.
TABLE = """
             close reset hang  drip  junk  other mixed endless lines 421   4xx   5xx
dial         down  -     down  -     -     -     -     -       -     -     -     -
banner       down  down  down  down  down  down  down  down    ok    down  down  down
EHLO         down  down  down  down  down  down  down  down    ok    down  down  down
STARTTLS     down  down  down  down  down  down  down  down    ok    down  down  down
TLS          down  down  down  down  down  down  down  down    down  down  down  down
EHLO-again   down  down  down  down  down  down  down  down    ok    down  down  down
AUTH-PLAIN   down  down  down  down  down  down  down  down    ok    down  down  down
AUTH-LOGIN   down  down  down  down  down  ok    down  down    ok    down  down  down
user         down  down  down  down  down  ok    down  down    ok    down  down  down
password     down  down  down  down  down  down  down  down    ok    down  down  down
MAIL         down  down  down  down  down  down  down  down    ok    down  later no
RCPT         down  down  down  down  down  down  down  down    ok    down  later no
DATA         down  down  down  down  down  down  down  down    ok    down  later no
body         ?     ?     ?     ?     ?     ?     ?     ?       ok    later ?     ?
dot          ?     ?     ?     ?     ?     ?     ?     ?       ok    later later no
QUIT         ok    ok    ok    ok    ok    ok    ok    ok      ok    ok    ok    ok
RSET         ok    ok    ok    ok    ok    ok    ok    ok      ok    ok    ok    ok
"""
_HEAD, *_ROWS = TABLE.strip().splitlines()
FAULTS = tuple(_HEAD.split())
CELLS = {(row.split()[0], fault): end for row in _ROWS for fault, end in zip(FAULTS, row.split()[1:], strict=True)}
STEPS = tuple(dict.fromkeys(step for step, _ in CELLS))

# What a server says where all is well, by the names that the scripted one has for its steps.
WELL = {
    "connect": "220",
    "EHLO": "250",
    "STARTTLS": "220",
    "AUTH": "235",
    "AUTH LOGIN": "334",
    "user": "334",
    "password": "235",
    "DATA": "354",
    "QUIT": "221",
}
NAMES = {"banner": "connect", "EHLO-again": "EHLO", "AUTH-PLAIN": "AUTH", "AUTH-LOGIN": "AUTH LOGIN", "body": "content"}
IN_CLEAR = {"banner", "EHLO", "STARTTLS", "TLS"}
PATIENT = SmtpTimeouts(5, 5, 5, goodbye=0.3)
# Long enough for every step that goes well on a machine that has much else to do.
HASTY = SmtpTimeouts(1.5, 1.5, 1.5, goodbye=0.3)
PASSWORD = "s3cret-pass"


@dataclass(frozen=True)
class Tls:
    """Both ends of a TLS that is trusted."""

    server: ssl.SSLContext
    client: ssl.SSLContext


@pytest.fixture(scope="module")
def tls(authority: Authority) -> Tls:
    mine = authority.issue("localhost")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(mine.certificate, mine.key)
    return Tls(server, authority.context())


def answer(step: str, fault: str) -> str:
    """What the scripted server does at this step."""
    code = WELL.get(NAMES.get(step, step), "250")
    extra = "\r\n".join(f"{code}-{word}" for word in ("STARTTLS", "AUTH PLAIN LOGIN", "8BITMIME", "PIPELINING"))
    return {
        "close": CLOSE,
        "reset": RESET,
        "hang": HANG,
        "drip": DRIP,
        "junk": "not smtp at all",
        # A yes that belongs to another step.
        "other": "250 yes?" if code == "354" else "354 go on?",
        "mixed": f"{code}-begun\r\n550 changed its mind",
        "endless": f"{code}-again\r\n" * 200 + f"{code} at last",
        # EHLO's lines mean something; elsewhere more lines than one would think are still one answer.
        "lines": f"{code}-hello\r\n{extra}\r\n{code} ",
        "421": "421 4.3.2 going down" + CLOSE,
        "4xx": "450 4.2.0 not now",
        "5xx": "550 5.3.0 no",
    }[fault]


def script_for(step: str, fault: str) -> dict[str, str | list[str | None]]:
    said = answer(step, fault)
    # The first EHLO goes well where the one after the handshake is meant.
    return {NAMES.get(step, step): [None, said] if step == "EHLO-again" else [said]}


def outcome_of(step: str, fault: str, pipelining: bool, tls: Tls) -> tuple[str, str]:
    """How a letter fares in this cell, in a word of the table, and what else is wrong with it."""
    offers = ("STARTTLS", "AUTH LOGIN" if step in ("AUTH-LOGIN", "user", "password") else "AUTH PLAIN LOGIN")
    offers += ("PIPELINING", "8BITMIME") if pipelining else ()
    with ScriptedSmtp(script_for(step, fault), offers, tls.server) as server:
        timeouts = HASTY if fault in ("hang", "drip") else PATIENT
        channel = SmtpChannel(
            "localhost", server.port, "starttls", "ledger", PASSWORD, timeouts=timeouts, ssl_context=tls.client
        )
        if step == "RSET":
            # Only the second letter of a conversation is preceded by it.
            assert isinstance(channel.send(letter()), Accepted)
        began = time.monotonic()
        outcome = channel.send(letter())
        channel.close()
        took = time.monotonic() - began
    return word(outcome), "; ".join(harm(step, outcome, server, took))


def word(outcome: Outcome) -> str:
    match outcome:
        case Deferred(halts=halts):
            return "down" if halts else "later"
        case Accepted():
            return "ok"
        case Refused():
            return "no"
        case Uncertain():
            return "?"


def harm(step: str, outcome: Outcome, server: ScriptedSmtp, took: float) -> list[str]:
    """What may never be, in whatever cell."""
    letters = 2 if step == "RSET" else 1
    heard = bytes(server.heard)
    # A server that hangs does so for ten seconds here.
    found = ["waited past its time"] if took > 8 else []
    if server.messages.count(server.messages[0] if server.messages else b"") > letters:
        found.append("sent twice")
    if isinstance(outcome, Deferred) and outcome.halts:
        if b"Good morning" in heard:
            found.append("called not sent, and yet the letter was on the wire")
        if f"localhost:{server.port}" not in outcome.why:
            found.append(f"does not say which server: {outcome.why}")
    if isinstance(outcome, Uncertain) and (server.connections, heard.count(b"DATA\r\n")) != (1, 1):
        found.append("tried again although uncertain")
    if step in IN_CLEAR and not isinstance(outcome, Accepted) and (b"AUTH" in heard or b"MAIL FROM" in heard):
        found.append("spoke of login or letter before the line was safe")
    if PASSWORD in str(outcome):
        found.append("told the password")
    return found


def test_no_step_and_no_fault_is_missing_from_the_table() -> None:
    assert len(CELLS) == len(STEPS) * len(FAULTS) == 17 * 12
    assert set(CELLS.values()) == {"down", "later", "no", "?", "ok", "-"}
    for step, fault in CELLS:
        assert step == "dial" or answer(step, fault)


# A connection that is reset at the very moment at which TLS begins is left to the garbage collector by CPython 3.11.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("step", [step for step in STEPS if step != "dial"])
def test_every_fault_at_this_step_ends_as_the_table_says(step: str, tls: Tls) -> None:
    cells = list(itertools.product(FAULTS, (True, False)))
    with ThreadPoolExecutor(len(cells)) as pool:
        ends = dict(zip(cells, pool.map(lambda cell: outcome_of(step, *cell, tls), cells), strict=True))
    assert ends == {(fault, pipelining): (CELLS[step, fault], "") for fault, pipelining in cells}


def test_nobody_listening_means_down() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert word(SmtpChannel("127.0.0.1", port, "none").send(letter())) == CELLS["dial", "close"]


def test_a_connection_that_is_never_made_means_down() -> None:
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        # Room for one that nobody takes: what comes after it is left without an answer.
        listener.listen(0)
        for earlier in (first, second):
            earlier.setblocking(False)
            earlier.connect_ex(listener.getsockname())
        channel = SmtpChannel("127.0.0.1", listener.getsockname()[1], "none", timeouts=HASTY)
        assert word(channel.send(letter())) == CELLS["dial", "hang"]


SCRIPTS: dict[str, Mapping[str, str | list[str | None]]] = {
    "greylisted": {"RCPT": ["450 4.2.0 greylisted, come back", None]},
    "full": {"RCPT": ["452 4.2.2 full", None]},
    "not at the dot either": {"dot": ["451 4.7.1 come back", None]},
}


@pytest.mark.parametrize("case", SCRIPTS)
def test_not_now_means_later_and_later_it_is_taken_once(case: str) -> None:
    with ScriptedSmtp(SCRIPTS[case]) as server:
        channel = SmtpChannel("127.0.0.1", server.port, "none", timeouts=PATIENT)
        assert [word(channel.send(letter())) for _ in range(2)] == ["later", "ok"]
        channel.close()


@pytest.mark.parametrize(("seconds", "end"), [(0.0, "ok"), (1.0, "ok"), (2.8, "?")])
def test_a_late_250_counts_up_to_the_patience_for_the_dot_and_after_it_nobody_knows(seconds: float, end: str) -> None:
    """Of 600 seconds it is 2, of the answer after 0, 300 and 840 seconds as much."""
    with LateSmtp(seconds) as server:
        channel = SmtpChannel("127.0.0.1", server.port, "none", timeouts=SmtpTimeouts(5, 5, 2))
        assert word(channel.send(letter())) == end
        channel.close()
        assert len(server.messages) == 1


class LateSmtp(ScriptedSmtp):
    """Takes its time over the final dot."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    def _act(self, step: str, sock: socket.socket) -> None:
        if step == "dot":
            self._stop.wait(self._seconds)
        super()._act(step, sock)
