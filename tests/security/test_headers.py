"""S1: whatever a ledger, a customer or a server calls things, a letter has the header we meant and one recipient."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Sequence, Set
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path

import pytest

import reminderbot
from reminderbot.channels.smtp import SmtpChannel
from reminderbot.cli.line import Line
from reminderbot.compose.email import build_email, guard
from reminderbot.compose.errors import LetterError
from reminderbot.compose.facts import LetterRequest, letter_facts
from reminderbot.compose.headers import EmailHeaders, UnsafeMessage
from reminderbot.compose.proof import prove_headers
from reminderbot.compose.render import Letters, RenderedEmail
from reminderbot.core.account import Account, OpenItem
from reminderbot.core.business import Business
from reminderbot.core.customer import Contact, Customer
from reminderbot.core.delivery import Accepted
from reminderbot.core.invoice import Invoice
from reminderbot.core.ladder import Channel
from reminderbot.core.message import OutgoingMessage
from reminderbot.core.money import Money
from reminderbot.house import House
from reminderbot.runs.alert import alert_once
from reminderbot.store import setting
from tests.compose.samples import write_letters
from tests.installation import Installation
from tests.security.lenient import ENDS, read
from tests.servers.scripted_smtp import ScriptedSmtp

EVIL = "eve@evil.example"
NASTY = (
    f"\r\nBcc: {EVIL}", f"\nTo: {EVIL}", f"\rCc: {EVIL}", "\r\n\r\n<html>", "\r\n.\r\n", "\n.\n", "\r.\r", "\n.\r\n",
    f"\r\n.\r\nMAIL FROM:<{EVIL}>\r\nRCPT TO:<{EVIL}>\r\nDATA\r\n", "\r\nContent-Type: text/html", "\r\n ", "\r\n\t",
    f"=?utf-8?q?x=0D=0ABcc:_{EVIL}?=", "=?utf-8?b?eA0KQmNjOiBldmVAZXZpbC5leGFtcGxl?=", "=?us-ascii?Q?=0A?=", "=?",
    "?=", "=?utf-7?q?+AA0ACg-Bcc:?=", "=0D=0A", "%0d%0aBcc:", "\\r\\nBcc:", "\0", "\x0b", "\x0c", "\x1c", "\x1e",
    "\x7f", "\x85", "\u2028", "\u2029", "\u202e", "\u2066", "\u061c", "\ufeff", "\u200b", "\u00ad", "\ud800",
    "\udfff", "\U000e0001", "\ufffe", ",", ", ", f"<{EVIL}>", f", {EVIL}", f'" <{EVIL}>, "', '"', "\\", "\\\"", "(",
    ")", ";", ":", "group: ", "@", "é", "e\u0301", "株式会社", "😀" * 20, "مرحبا", " " * 80, "x" * 300, "\t", "a",
    "Jane Roe", "{{ total }}", "{% raw %}", "嘊嘍", "č\u010d\u010a",
)  # fmt: skip
MEANT = {
    "from", "to", "subject", "date", "message-id", "reply-to", "auto-submitted", "x-auto-response-suppress",
    "list-unsubscribe", "x-reminderbot", "mime-version", "content-type",
}  # fmt: skip
SUBJECT = "Subject: {{ customer_name }} {{ invoice }} {{ contact_name|default('you') }} {{ business_name }}\n\n"
BODY = "{{ greeting }}\n\n{{ customer_name }} {{ business_address }}\n\n{{ items }}\n\n{{ business_phone }}\n"
TO = "jane@roe.example"


class Forger:
    """Names of every sort, each of them meant to do harm; the same seed makes the same."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.made = 0

    def name(self) -> str:
        self.made += 1
        return "".join(self._random.choices(NASTY, k=self._random.randint(1, 6)))

    def request(self) -> LetterRequest:
        who = Customer("C1", self.name(), Contact(self.name(), TO, None), "en")
        business = Business(self.name(), "us@x.example", self.name(), self.name(), "Europe/London", "GB", "en", "GBP")
        items = tuple(
            OpenItem(
                Invoice(
                    self.name(), "C1", date(2026, 3, 3), date(2026, 4, 2), Money(Decimal(5), "GBP"),
                    pay_url=self.name(), po_number=self.name(),
                ),
                Money(Decimal(5), "GBP"),
            )
            for _ in range(self._random.randint(1, 2))
        )  # fmt: skip
        return LetterRequest(business, Account(who, items, ()), items, "gentle", date(2026, 4, 20), "us+r1@x.example")


def letter(letters: Letters, forger: Forger, number: int) -> bytes:
    """One letter as the delivery run makes it; LetterError where it cannot be written."""
    request = forger.request()
    rendered = letters.render_email(letter_facts(request))
    # Also where the letter's own subject is the attack.
    if number % 3 == 0:
        rendered = RenderedEmail(forger.name() + rendered.subject, rendered.text, rendered.html, "")
    headers = EmailHeaders(
        sender_name=request.business.name,
        sender="us@x.example",
        recipient_name=request.account.customer.contact.name,
        recipient=TO,
        date=datetime(2026, 4, 20, 9, 30, tzinfo=UTC),
        message_id=f"<r.{number}@x.example>",
        reply_to="us+r1@x.example",
        unsubscribe="mailto:us+r1@x.example?subject=unsubscribe",
    )
    final = build_email(rendered, headers)
    guard(final, headers)
    return final


def is_as_meant(message: bytes, meant: Set[str] = MEANT, recipient: str = TO) -> bool:
    """In the eyes of a strict reader, of one that takes any line end, and of one that decodes before it looks."""
    for ending in (rb"\r\n", rb"\r\n|(?<!\r)\n|\r(?!\n)|\x0b|\x0c|\x85"):
        head = re.split(rb"(?:" + ending + rb"){2}", message, maxsplit=1)[0]
        lines = [line for line in re.split(ending, head) if line[:1] not in (b" ", b"\t")]
        names = [line.partition(b":")[0].decode("ascii").lower() for line in lines]
        if sorted(names) != sorted(meant):
            return False
    raw = message_from_bytes(message)
    unfolded = [re.sub(r"\r\n[ \t]", " ", str(raw[name])) for name in ("From", "To", "Subject")]
    shown = [str(make_header(decode_header(value))) for value in unfolded]
    kind = message_from_bytes(message, policy=policy.default)
    assert isinstance(kind, EmailMessage)
    return (
        not any(set(value) & set("\r\n\0\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029") for value in shown)
        and str(raw["To"]).removesuffix(">").endswith(recipient)
        and [part.get_content_type() for part in kind.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    )


def post(letters: Letters, seed: int, wanted: int) -> tuple[int, int, ScriptedSmtp]:
    """Send until `wanted` names were used up; gives the names, the letters and the server that took them."""
    forger, sent = Forger(seed), 0
    with ScriptedSmtp() as server:
        channel = SmtpChannel("127.0.0.1", server.port, "none")
        while forger.made < wanted:
            try:
                final = letter(letters, forger, sent)
            except LetterError:
                # Nothing visible was left of a name: no letter, and so no attack.
                continue
            message = OutgoingMessage(str(sent), Channel.EMAIL, "us+b1@x.example", TO, final)
            assert isinstance(channel.send(message), Accepted)
            sent += 1
        channel.close()
    return forger.made, sent, server


def judge(letters: Letters, seed: int, wanted: int) -> int:
    """How many letters were sent, all of them as they were meant."""
    made, sent, server = post(letters, seed, wanted)
    assert made >= wanted
    assert len(server.messages) == sent
    assert [message for message in server.messages if not is_as_meant(message.replace(b"\r\n..", b"\r\n."))] == []
    wire = bytes(server.heard)
    for end in ENDS.values():
        seen = read(wire, end)
        assert len(seen.messages) == sent
        assert set(seen.recipients()) == {b"RCPT TO:<" + TO.encode() + b">"}
        assert len(seen.recipients()) == sent
    return sent


@pytest.fixture
def letters(tmp_path: Path) -> Letters:
    return Letters(write_letters(tmp_path, {"gentle.email.md": SUBJECT + BODY}), 0)


def test_ten_thousand_hostile_names_add_no_header_and_no_recipient(letters: Letters) -> None:
    assert judge(letters, 1, 10_000) > 600


@pytest.mark.soak
def test_hostile_names_of_many_seeds_add_no_header_and_no_recipient(letters: Letters) -> None:
    for seed in range(2, 2 + 20 * int(os.environ.get("N", "1"))):
        judge(letters, seed, 10_000)


# ---- the proof at the start


def stdlib(mail: RenderedEmail, headers: EmailHeaders) -> bytes:
    """As most programs do it."""
    made = EmailMessage()
    made["From"] = headers.sender
    made["To"] = headers.recipient
    made["Subject"] = mail.subject.replace("\r\n", " ")
    made.set_content(mail.text)
    return made.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def careless(mail: RenderedEmail, headers: EmailHeaders) -> bytes:
    return build_email(mail, headers).replace(b"Subject: ", f"Subject: {mail.subject}".encode(), 1)


def test_this_python_is_proved_at_the_start() -> None:
    prove_headers()


@pytest.mark.parametrize("build", [stdlib, careless])
def test_the_proof_finds_a_builder_that_lets_names_out(build: Callable[[RenderedEmail, EmailHeaders], bytes]) -> None:
    with pytest.raises(UnsafeMessage, match=r"install reminderbot anew.*CVE-2026-1299"):
        prove_headers(build)


def test_the_proof_finds_a_guard_that_sleeps() -> None:
    with pytest.raises(UnsafeMessage, match="a second recipient in the header was not noticed"):
        prove_headers(look=lambda final, headers: None)


@pytest.mark.parametrize("command", [("run", "--once"), ("run",)])
def test_where_the_proof_fails_nothing_is_started(shop: Installation, tmp_path: Path, command: tuple[str, ...]) -> None:
    """A Python whose base64 is broken, so that encoded words hold what was not meant."""
    shop.ok("import")
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text("import base64\nbase64.b64encode = lambda data: b'eA0KQmNjOiBldmlsQHg='\n")
    program = Path(sys.executable).parent / "reminderbot"
    path = os.pathsep.join([str(broken), str(Path(reminderbot.__file__).parents[1])])
    done = subprocess.run(
        [program, "--config", shop.folder / "config.toml", *command],
        capture_output=True, text=True, timeout=60, env=os.environ | {"PYTHONPATH": path},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("A name could break out of its header line here (an encoded word")
    assert len(done.stderr.splitlines()) == 1


def test_check_tells_that_it_was_proved(shop: Installation) -> None:
    found = {finding["about"]: finding["verdict"] for finding in json.loads(shop.run("check", "--json").stdout)}
    assert found["headers"] == "ok"


def test_nothing_that_leaves_is_made_by_the_standard_library() -> None:
    house = Path(reminderbot.__file__).parent
    makers = re.compile(r"\bEmailMessage\(|\bMIME(Text|Multipart|Base)\b|\bsmtplib\b|\bemail\.generator\b")
    found = {
        path.relative_to(house).as_posix()
        for path in house.rglob("*.py")
        if path.relative_to(house).parts[0] != "demo" and makers.search(path.read_text("utf-8"))
    }
    assert found == set()


# ---- alerts to the owners


def alerts(shop: Installation, reasons: Sequence[str]) -> list[bytes]:
    """What two owners get by mail, once each reason in turn was a mail server's for halting the channel."""
    with ScriptedSmtp() as server:
        shop.smtp_port = server.port
        shop.write_config('[alerts]\nemail = ["ann@shop.example", "bea@shop.example"]')
        shop.ok("import")
        shop.allow()
        with Line(config=str(shop.folder / "config.toml"), clock=shop.clock).house() as house:
            for why in reasons:
                assert alert_once(house) == ()
                halt(house, why)
                alert_once(house)
                shop.clock.advance(timedelta(minutes=16))
                halt(house, why)
                assert [stop.kind for stop in alert_once(house)] == ["sms halted"]
                halt(house, None)
    return server.messages


def halt(house: House, why: str | None) -> None:
    """The channel's standing at this moment, in a house that is otherwise well."""
    now = house.clock.now()
    with house.store.writing() as connection:
        setting.put(connection, setting.HALTED, {"sms": {"why": why, "since": now.isoformat()}} if why else {})
        for key in (setting.INBOX_READ_AT, setting.SMS_READ_AT, setting.LEDGER):
            setting.put_moment(connection, key, now)


def test_no_answer_of_a_server_adds_a_header_to_an_alert(shop: Installation) -> None:
    sent = alerts(shop, [f"554 5.7.1 {nasty} no {nasty}" for nasty in NASTY])
    assert len(sent) == 2 * len(NASTY)
    for number, message in enumerate(sent):
        owner = "bea@shop.example" if number % 2 else "ann@shop.example"
        assert is_as_meant(message, MEANT - {"list-unsubscribe"}, owner), message


def test_an_alert_tells_every_owner_why_and_names_no_customer(shop: Installation) -> None:
    reasons = {
        "the mail server answered RCPT with 554 5.7.1 <jane.roe@customer.example>: Jane Roe is not for you": (
            "the mail server answered RCPT with 554 5.7.1 (since"
        ),
        "it knows jane.roe@customer.example, +44 20 7946 0123": "it knows j***@customer.example, ***23 (since",
    }
    sent = alerts(shop, list(reasons))
    assert len(sent) == 4
    for message, expected in zip(sent, [told for told in reasons.values() for _ in "12"], strict=True):
        mail = message_from_bytes(message, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        body = mail.get_body(("plain",))
        assert isinstance(body, EmailMessage)
        assert expected in " ".join(str(body.get_content()).split())
        assert mail["Reply-To"] == "accounts@brightside.example"
        assert not re.search(rb"jane.roe|Jane|7946", message)
