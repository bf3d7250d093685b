"""A case file holds the whole story in order of time, every message byte for byte, and nothing of anybody else."""

from __future__ import annotations

import dataclasses
import io
import json
import resource
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import insert

from reminderbot.core.delivery import Uncertain
from reminderbot.core.event import EventKind
from reminderbot.core.handover import HandoverKind
from reminderbot.core.note import CallResult
from reminderbot.core.understanding import DisputeReason
from reminderbot.desk.call import call
from reminderbot.desk.dispute import mark, settle
from reminderbot.desk.dossier import Made, file_name, make
from reminderbot.desk.handover import hand_over
from reminderbot.desk.note import note
from reminderbot.desk.promise import note as note_promise
from reminderbot.papers.words import words_for
from reminderbot.store import journal
from reminderbot.store.tables import outbox
from tests.compose.samples import LANGUAGES
from tests.desk.conftest import reminded
from tests.servers import poppler
from tests.stories.world import World

HOSTILE = ("../../../etc/cron.d/x.sh", "/root/.ssh/authorized_keys", "..\\..\\x.exe", "a\x00b.pdf", "\u202efdp.exe")


@dataclass(frozen=True)
class Filed:
    """A case file, opened."""

    made: Made
    raw: bytes

    @property
    def names(self) -> list[str]:
        return zipfile.ZipFile(io.BytesIO(self.raw)).namelist()

    def read(self, name: str) -> bytes:
        return zipfile.ZipFile(io.BytesIO(self.raw)).read(name)

    def like(self, part: str) -> list[bytes]:
        return [self.read(name) for name in self.names if part in name]

    @property
    def text(self) -> str:
        """The words of the paper in the order in which they are read aloud, each line break a blank."""
        return " ".join(poppler.text(self.read("case-file.pdf"), "-raw").split())


def filed(world: World, who: str = "ACME") -> Filed:
    out = io.BytesIO()
    return Filed(make(world.house, "olivia", who, out), out.getvalue())


def with_files(world: World, names: Sequence[str]) -> bytes:
    mail = EmailMessage()
    mail["From"] = world.sent[0].to
    mail["To"] = str(world.sent[0].mail["Reply-To"])
    mail["Subject"] = "Re: the delivery note"
    mail["Message-ID"] = "<note@customer.example>"
    mail.set_content("We dispute INV-1, half of it never arrived. The delivery note is attached.")
    for name in names:
        mail.add_attachment(b"MZ\x90 as it came", maintype="application", subtype="octet-stream", filename="x")
        mail.get_payload()[-1].set_param("filename", name, "Content-Disposition", charset="utf-8")
    return world.deliver_raw(mail.as_bytes())


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Some weeks with Acme, and one word from Bolt, who is nobody's business here."""
    world = reminded(tmp_path_factory.mktemp("told") / "world")
    world.customer("BOLT", name="Bolt Secret Ltd").invoice("INV-9", "BOLT", "2027-03-04").export()
    note_promise(world.house, "olivia", "ACME", date(2027, 3, 10))
    world.at("2027-03-16 10:00")
    note(world.house, "olivia", "ACME", "Jane is on leave until Monday; ask for Mr Poe.")
    call(world.house, "paul", "ACME", CallResult.NO_ANSWER)
    world.at("2027-03-17 10:00")
    world.answer("We dispute INV-1, half of it never arrived.", world.sent[0])
    world.at("2027-03-17 10:05")
    (contested,) = [one for one in world.cases("ACME") if one.kind.value == "dispute"]
    mark(world.house, "olivia", contested.case_id, DisputeReason.NOT_RECEIVED, ["INV-1"])
    settle(world.house, "olivia", contested.case_id, upheld=False, note="the delivery note is signed")
    world.pay("INV-2", "20.00")
    world.export()
    world.take_ledger()
    world.release("ACME")
    world.until("2027-04-20", "10:00", "14:00", step=3)
    world.text("+447700900123", "We cannot pay before May, sorry.")
    world.at("2027-04-20 14:10")
    hand_over(world.house, "olivia", "ACME", HandoverKind.AGENCY, "to Fair & Co, Ms Bright")
    yield world
    world.close()


def test_every_letter_reply_promise_and_deed_is_there_in_order_of_time(told: World) -> None:
    text = filed(told).text

    at = 0
    for words in (
        "Case file Acme Ltd",
        "Statement of account",
        "Aging",
        "What was said and done",
        "8 Mar 2027 10:00 Reminder 'gentle' by e-mail to them",
        "They promised to pay by 2027-03-10 By olivia",
        "The promise for 2027-03-10 was not kept",
        "A note was written By olivia Jane is on leave until Monday; ask for Mr Poe.",
        "A telephone call: no answer By paul",
        "An answer by e-mail from them",
        "We dispute INV-1, half of it never arrived.",
        "A dispute was marked By olivia",
        "The dispute was not upheld By olivia",
        "the delivery note is signed",
        "Reminder 'check-in' by e-mail to them",
        "An answer by text message from them",
        "We cannot pay before May, sorry.",
        "All that is open: handed to a collection agency By olivia to Fair & Co, Ms Bright",
    ):
        found = text.find(words, at)
        assert found >= 0, f"{words} is not there, or not in its place, after: {text[at : at + 200]}"
        at = found
    assert "A payment came in Sum 20.00 GBP For INV-2" in text
    assert "all that is open handed to a collection agency" in text


def test_every_letter_is_told_with_its_message_id_to_whom_and_its_outcome(told: World) -> None:
    made = filed(told)
    text = made.text

    mails = [sent for sent in told.sent if sent.to == "acme@customer.example"]
    assert len(mails) >= 2
    for sent in mails:
        assert sent.message.message_id.replace(" ", "") in text.replace(" ", "")
    assert "To acme@customer.example" in text
    assert "accepted by the mail server (ok-" in text
    for line in mails[0].text.split("\n"):
        assert " ".join(line.split()) in text


def test_every_message_lies_beside_it_byte_for_byte(told: World) -> None:
    made = filed(told)

    sent = [one.message.body for one in told.sent if one.to == "acme@customer.example"]
    assert sorted(one for one in made.like("-sent-") if one.startswith((b"From", b"Date", b"To", b"Sub", b"Mess"))) == (
        sorted(sent)
    )
    received = [mail.raw for mail in told.mailbox.mails]
    assert made.like("-received-")[0] in received
    text = json.loads(next(one for one in made.like(".json") if b"cannot pay" in one))
    assert (text["from"], text["text"]) == ("+447700900123", "We cannot pay before May, sorry.")


def test_nothing_of_another_customer_is_in_it(told: World) -> None:
    made = filed(told)

    for name in made.names:
        assert b"BOLT" not in made.read(name).upper()
    assert "Bolt" not in made.text
    assert "INV-9" not in made.text


def test_attachments_lie_there_as_they_came_under_names_of_ours(world: World) -> None:
    with_files(world, HOSTILE)
    world.at("2027-03-08 10:05")

    made = filed(world)

    names = [name for name in made.names if name.startswith("attachments/")]
    assert len(names) == len(HOSTILE)
    assert all(made.read(name) == b"MZ\x90 as it came" for name in names)
    for name in made.names:
        assert ".." not in name
        assert not name.startswith("/")
        assert name.isascii()
        assert name.isprintable()
        assert "\\" not in name
    assert names[0].endswith("-01.sh")
    called = [entry.called for entry in made.made.manifest.entries if entry.called]
    assert called[0] == "x.sh"


def test_extracted_by_an_ordinary_tool_nothing_leaves_the_folder(world: World, tmp_path: Path) -> None:
    with_files(world, HOSTILE)
    world.at("2027-03-08 10:05")
    target = tmp_path / "out" / "deep"
    target.mkdir(parents=True)

    zipfile.ZipFile(io.BytesIO(filed(world).raw)).extractall(target)

    assert [path.name for path in (tmp_path / "out").iterdir()] == ["deep"]


def test_what_bounced_and_what_is_uncertain_is_said(world: World) -> None:
    world.email.next.append(Uncertain("the connection broke"))
    world.at("2027-03-15 10:00")

    assert "uncertain, it may not have arrived: the connection broke" in filed(world).text


def test_the_same_history_is_the_same_bytes_also_after_it_was_filed(told: World) -> None:
    first, second = filed(told), filed(told)

    assert first.raw == second.raw
    with told.house.store.reading() as connection:
        kept = journal.of_kinds(connection, "ACME", [EventKind.FILED], 9)
    assert {event.data["manifest"] for event in kept} == {first.made.manifest.digest}


def test_a_mail_that_breaks_its_reader_is_told_and_lies_there_all_the_same(world: World) -> None:
    deep = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\nContent-Type: message/rfc822\r\n\r\n" * 3000
    raw = b"From: acme@customer.example\r\nTo: " + str(world.sent[0].mail["Reply-To"]).encode() + b"\r\n" + deep
    world.deliver_raw(raw)
    world.at("2027-03-08 10:10")

    made = filed(world)

    assert raw in made.like("-received-")
    assert "To know" in made.text


def test_a_message_that_is_no_longer_kept_is_told(world: World) -> None:
    world.answer("We pay on Friday.", world.sent[0])
    world.at("2027-03-08 10:05")
    for path in world.folder.rglob("*.eml"):
        path.unlink()

    assert "Raw message it is no longer kept We pay on Friday." in filed(world).text


def test_a_customers_number_cannot_lead_out_of_a_folder() -> None:
    assert file_name("../../etc/passwd", date(2027, 3, 8)) == "case-file-______etc_passwd-2027-03-08.zip"
    assert "/" not in file_name("a/b\\c\0d", date(2027, 3, 8))


def test_five_hundred_letters_take_bounded_time_and_memory(world: World) -> None:
    with world.house.store.writing() as connection:
        (like,) = [dict(row._mapping) for row in connection.execute(outbox.select())]
        rows = [
            like | {"reminder_id": 1000 + n, "claimed_at": like["claimed_at"] + timedelta(days=n)} for n in range(500)
        ]
        connection.execute(insert(outbox), rows)
    before = resource.getrusage(resource.RUSAGE_SELF)
    began = time.process_time()
    steps: list[tuple[int, int]] = []

    out = io.BytesIO()
    make(world.house, "olivia", "ACME", out, lambda done, of: steps.append((done, of)))

    after = resource.getrusage(resource.RUSAGE_SELF)
    made = zipfile.ZipFile(out)
    assert len([name for name in made.namelist() if "-sent-" in name]) == 501
    assert int(poppler.info(made.read("case-file.pdf"))["Pages"]) > 200
    assert time.process_time() - began < 30
    assert (after.ru_maxrss - before.ru_maxrss) / 1024 < 250
    assert steps[-1][0] == steps[-1][1]
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)


def test_it_is_written_in_the_language_of_the_business(tmp_path: Path) -> None:
    world = reminded(tmp_path / "world")
    note(world.house, "olivia", "ACME", "Jane is on leave until Monday.")
    call(world.house, "paul", "ACME", CallResult.NO_ANSWER)
    world.answer("We dispute INV-1, half of it never arrived.", world.sent[0])
    world.pay("INV-2", "20.00")
    world.at("2027-03-09 10:00")
    hand_over(world.house, "olivia", "ACME", HandoverKind.AGENCY, "to Fair & Co")
    names = ["case_file", "said_and_done", "contents", "letters_sent", "stands", "gone.agency", "title.noted"]
    names += ["call.no_answer", "money.payment", "letter.outcome", "letter.about", "fact.by"]
    english = words_for("en").file

    house = world.house
    for language in set(LANGUAGES) - {"en"}:
        world.use(dataclasses.replace(house, business=dataclasses.replace(house.business, language=language)))
        text = filed(world).text
        own = words_for(language).file

        assert [name for name in names if own[name] not in text] == [], language
        assert [name for name in names[:9] if english[name] in text] == [], language
        # What people wrote stays as they wrote it.
        assert "We dispute INV-1, half of it never arrived." in text
    world.close()
