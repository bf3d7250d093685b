"""The whole line at work for a minute, with secrets and people that are easily recognised wherever they turn up."""

from __future__ import annotations

import base64
import os
import shutil
import socket
import sqlite3
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import reminderbot
from reminderbot.clock import SystemClock
from reminderbot.demo.twilio_standin import TwilioStandIn
from tests.daemon_world import Installation, Service, midday_zone, running
from tests.servers.dovecot import Dovecot
from tests.servers.scripted_smtp import ScriptedSmtp

OWNER = "canary@shop.example"
SMTP_SECRET, IMAP_SECRET, TWILIO_SECRET = "Canary-smtp-7f3k", "Canary-imap-9x2m", "Canary-twilio-4q8z"
# As they are, and as they go over wires.
FORMS = tuple(
    form
    for secret in (SMTP_SECRET, IMAP_SECRET, TWILIO_SECRET)
    for text in (secret, f"\0ledger\0{secret}", f"\0{OWNER}\0{secret}")
    for form in (text.encode(), base64.b64encode(text.encode()))
)
EMAIL, PHONE, TEXTED = "xanthippe.quillfeather@zebrawood.example", "+12125550177", "+12125550166"
# What must never be read in a log: names, where people live, how they are reached, what they say.
PEOPLE = (
    "Xanthippe", "Quillfeather", "Zebrawood", "Ottoline", "Persimmon", "xanthippe.quillfeather", "2125550177",
    "212-555-0177", "2125550166", "PO-aardvark", "cracked", "marmalade", "wombat",
)  # fmt: skip
NAMES = "customer_id,name,contact_name,email,phone,language,time_zone,sms_consent,sms_consent_on,sms_consent_how"
LADDER = """
[[ladder]]
name = "gentle"
days = 3
channels = ["email", "sms"]

[[ladder]]
name = "last"
days = 35

[[ladder]]
name = "review"
days = 50
task = "review"
"""
# Python runs it before the program: every host that is dialled or looked up is written down, whoever dials.
GUARD = """
import os, sys
_file = os.open({file!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
def _note(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        os.write(_file, f"{{arguments[1][0]}} {{arguments[1][1]}}\\n".encode())
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        if set(str(arguments[0])) - set("0123456789."):
            os.write(_file, f"{{arguments[0]}} -\\n".encode())
    elif event == "socket.sendto" and isinstance(arguments[1], tuple):
        os.write(_file, f"{{arguments[1][0]}} {{arguments[1][1]}}\\n".encode())
sys.addaudithook(_note)
"""


@dataclass
class Seen:
    """What a minute of the line left behind."""

    place: Installation
    configured: set[str]
    letters: list[bytes]
    texts: list[str]
    # What each process showed of itself while it worked: its arguments, its environment, its limits.
    processes: list[str] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    logs: str = ""
    pages: str = ""
    # How often somebody came to the server that every message links to.
    lured: int = 0

    @property
    def dialled(self) -> set[str]:
        return set((self.place.folder.parent / "dialled").read_text().splitlines())

    def kept(self) -> Iterator[tuple[Path, bytes]]:
        """Every file of the state folder, the database and its neighbours among them."""
        for path in sorted((self.place.folder / "state").rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path, path.read_bytes()


class Lure:
    """A server that nobody was told to go to, though everybody names it."""

    def __enter__(self) -> Lure:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.visits = 0
        self._thread = threading.Thread(target=self._count)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _count(self) -> None:
        with suppress(OSError):
            while True:
                self._listener.accept()[0].close()
                self.visits += 1


@contextmanager
def at_work(folder: Path, dovecot: Dovecot) -> Iterator[Seen]:
    """A letter, a text message, four answers, a fault of the store and one of the mail server, by the real daemon."""
    dovecot.add_user(OWNER, IMAP_SECRET)
    clock = SystemClock()
    offers = ("PIPELINING", "8BITMIME", "AUTH PLAIN LOGIN")
    refusal = f"554 5.7.1 <{EMAIL}>: Xanthippe Quillfeather is not for you"
    with (
        Lure() as lure,
        ScriptedSmtp({"RCPT": [None, refusal]}, offers) as smtp,
        TwilioStandIn(clock, ("+12125550199",), token=TWILIO_SECRET) as twilio,
    ):
        place = _installation(folder / "shop", smtp.port, dovecot.imap_port, twilio, lure.url)
        seen = Seen(place, {f"127.0.0.1 {port}" for port in (smtp.port, dovecot.imap_port)}, smtp.messages, [])
        seen.configured.add(f"127.0.0.1 {twilio.url.rpartition(':')[2]}")
        place.go_live()
        with running(place, "--debug") as service:
            _work(seen, service, dovecot, twilio, lure.url)
            service.end()
            seen.logs += service.log
        for words in (["--debug", "check"], ["--debug", "run", "--once"], ["--debug", "status"]):
            done = place.command(*words)
            seen.logs += done.stderr
            if words[1] == "run":
                seen.logs += done.stdout
        seen.texts = [sms.body for sms in twilio.accepted]
        seen.lured = lure.visits
        yield seen


def _installation(folder: Path, smtp_port: int, imap_port: int, twilio: TwilioStandIn, lure: str) -> Installation:
    place = Installation(folder, smtp_port, imap_port, OWNER, IMAP_SECRET)
    place.write()
    config = (folder / "config.toml").read_text()
    config = config.replace('security = "none"\nfrom', 'security = "none"\nusername = "ledger"\nfrom')
    config += f'[sms]\naccount_sid = "{twilio.account_sid}"\nfrom = "+12125550199"\napi_base = "{twilio.url}"\n'
    config = (
        config.replace("[alerts]\nemail = []\n", '[alerts]\nemail = ["owner@shop.example"]\ndigest_at = ""\n') + LADDER
    )
    (folder / "config.toml").write_text(config)
    _credentials(place)
    _books(folder, lure)
    letters = shutil.copytree(Path(__file__).parents[2] / "templates", folder / "letters")
    gentle = letters / "en" / "gentle.email.md"
    links = f"[our terms]({lure}/terms) here: {lure}/letter"
    gentle.write_text(f"{gentle.read_text()}\nThank you for your order. You can find {links}\n")
    config = config.replace(str(Path(__file__).parents[2] / "templates"), str(letters))
    (folder / "config.toml").write_text(config)
    guard = folder.parent / "guard"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(GUARD.format(file=str(folder.parent / "dialled")))
    here = str(Path(reminderbot.__file__).parents[1])
    place.environment["PYTHONPATH"] = os.pathsep.join([str(guard), here])
    return place


def _credentials(place: Installation) -> None:
    """One secret in .env, the others as systemd's LoadCredential= hands them over."""
    (place.folder / ".env").write_text(f"REMINDERBOT_IMAP_PASSWORD={IMAP_SECRET}\n")
    folder = place.folder.parent / "credentials"
    folder.mkdir(mode=0o700)
    (folder / "reminderbot-smtp-password").write_text(SMTP_SECRET)
    (folder / "reminderbot-twilio-token").write_text(TWILIO_SECRET + "\n")
    place.environment["CREDENTIALS_DIRECTORY"] = str(folder)


def _books(folder: Path, lure: str) -> None:
    zone = midday_zone()
    due = (datetime.now(UTC) + timedelta(hours=12 - datetime.now(UTC).hour) - timedelta(days=5)).date()
    rows = [
        f"C1,Zebrawood Quillfeather Ltd,Xanthippe Quillfeather,{EMAIL},{PHONE},en,{zone},,,",
        f"C2,Persimmon Ottoline,Ottoline Persimmon,,{TEXTED},en,{zone},yes,2026-01-01,web form at {lure}",
        f"C3,Wombat Bros,,wombat@marmalade.example,,en,{zone},,,",
    ]
    bills = [
        f"INV-{n},C{n},{due - timedelta(days=30)},{due},USD,125.00,open,{lure}/{n},PO-aardvark {lure},{lure}/{n}.pdf"
        for n in (1, 2, 3)
    ]
    (folder / "ledger" / "customers.csv").write_text("\n".join([NAMES, *rows]) + "\n")
    head = "number,customer_id,issued_on,due_on,currency,total,status,pay_url,po_number,pdf"
    (folder / "ledger" / "invoices.csv").write_text("\n".join([head, *bills]) + "\n")


def _work(seen: Seen, service: Service, dovecot: Dovecot, twilio: TwilioStandIn, lure: str) -> None:
    service.wait_for(lambda: seen.letters and twilio.accepted, "a letter and a text message had left", 60)
    dovecot.append(OWNER, _answer(lure))
    dovecot.append(OWNER, _bounce())
    dovecot.append(OWNER, _poison(lure))
    twilio.receive(TEXTED, "+12125550199", f"the marmalade cracked, see {lure} or call 212-555-0177, Ottoline")
    service.wait_for(lambda: "dispute" in seen.place.command("case", "list", "--json").stdout, "a case was opened", 60)
    seen.processes, seen.limits = _look_at(service.process.pid)
    _break_the_store(seen.place)
    dovecot.append(OWNER, _answer(lure).replace(b"cracked", b"cracked again").replace(b"<a1@", b"<a2@"))
    service.wait_log("action=run_failed", 60)
    for page in ("", "status.json", "healthz"):
        seen.pages += _page(seen.place, page)


def _answer(lure: str) -> bytes:
    return (
        f"From: Xanthippe Quillfeather <{EMAIL}>\r\nTo: {OWNER}\r\nSubject: Re: Zebrawood INV-1\r\n"
        f"Message-ID: <a1@zebrawood.example>\r\nList-Unsubscribe: <{lure}/unsubscribe>\r\nMIME-Version: 1.0\r\n"
        f"Disposition-Notification-To: {EMAIL}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        f'<html><head><link rel="stylesheet" href="{lure}/a.css"><meta http-equiv="refresh" content="0;url={lure}">'
        f'</head><body background="{lure}/b.png"><img src="{lure}/pixel.gif"><iframe src="{lure}/frame"></iframe>'
        f"<p>The wombat boxes of INV-1 arrived cracked, we will not pay. See {lure}/photo or ring 212-555-0177.</p>"
        f'<script src="{lure}/x.js"></script></body></html>\r\n'
    ).encode()


def _bounce() -> bytes:
    return (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {OWNER}\r\nReturn-Path: <>\r\nSubject: failure notice\r\n"
        f"\r\n<{EMAIL}>: Xanthippe has no mailbox here\r\n"
    ).encode()


def _poison(lure: str) -> bytes:
    """A message/external-body, an entity from elsewhere, and an address book that would have to be asked."""
    return (
        f"From: wombat@marmalade.example\r\nTo: {OWNER}\r\nSubject: wombat\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: message/external-body; access-type=URL; URL="{lure}/body"\r\n\r\n'
        f'Content-Type: text/xml\r\n\r\n<!DOCTYPE x [<!ENTITY y SYSTEM "{lure}/entity">]><x>&y;</x>\r\n'
    ).encode()


def _look_at(daemon: int) -> tuple[list[str], list[str]]:
    """Arguments and environment, and limits, of the daemon and all its children."""
    shown, limits = [], []
    for pid in (daemon, *_children(daemon)):
        folder = Path("/proc") / str(pid)
        shown.append("".join((folder / name).read_bytes().decode("latin-1") for name in ("cmdline", "environ")))
        limits.append(next(line for line in (folder / "limits").read_text().splitlines() if "core file" in line))
    return shown, limits


def _children(of: int) -> list[int]:
    tasks = (Path("/proc") / str(of) / "task").iterdir()
    return [int(pid) for task in tasks for pid in (task / "children").read_text().split()]


def _break_the_store(place: Installation) -> None:
    """From now on the database refuses every message: a fault of ours, which is told with a traceback."""
    with sqlite3.connect(place.folder / "state" / "reminderbot.db", timeout=20) as store:
        store.execute(
            "CREATE TRIGGER no_more BEFORE INSERT ON inbound BEGIN SELECT RAISE(ABORT, 'no more of this'); END"
        )
    store.close()


def _page(place: Installation, name: str) -> str:
    listen = next(line for line in (place.folder / "config.toml").read_text().splitlines() if line.startswith("listen"))
    address = listen.split('"')[1]
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://{address}/{name}", timeout=5) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            return error.read().decode()
        except OSError:
            time.sleep(0.1)
    return ""
