"""The daemon as systemd sees it: signs of life, signals, one at a time, and a quick end in any state."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reminderbot.clock import SystemClock
from reminderbot.core.inbound import Inbound
from reminderbot.core.ladder import Channel
from reminderbot.daemon import TICK, Bell, Daemon, reloaded
from reminderbot.demo.twilio_standin import TwilioStandIn
from reminderbot.runs.understand import understand_all
from reminderbot.store import inbox
from tests.daemon_world import Installation, Service, running
from tests.installation import MONDAY
from tests.installation import Installation as Shop
from tests.servers.ports import free_port
from tests.servers.scripted_imap import ScriptedImap
from tests.servers.scripted_smtp import HANG, LATE, ScriptedSmtp
from tests.servers.webhook import webhook
from tests.servers.world import MailWorld

PUBLIC, OUR_NUMBER = "https://shop.example", "+447700900999"
ANSWER = b"From: jane@acme.example\r\nSubject: Re: bill\r\n\r\nThe goods of INV-1 never came.\r\n"


@pytest.fixture
def place(tmp_path: Path, mail_world: MailWorld) -> Installation:
    made = Installation(
        tmp_path / "shop", mail_world.smtp_port, mail_world.imap_port, mail_world.business, mail_world.password
    )
    made.write()
    return made


def states(place: Installation) -> list[str]:
    with sqlite3.connect(place.folder / "state" / "reminderbot.db") as store:
        found = [row[0] for row in store.execute("SELECT state FROM outbox WHERE state != 'withdrawn'")]
    store.close()
    return found


def answer_to_letter(mail_world: MailWorld, words: str) -> None:
    """Jane answers the letter that she has got."""
    letter = mail_world.mailbox("jane@customer.example")[0]
    answer_to = next(line for line in letter.decode().splitlines() if line.startswith("Reply-To:")).split()[1]
    answer = f"From: jane@customer.example\r\nTo: {answer_to}\r\nSubject: Re: invoice\r\n\r\n{words}\r\n"
    mail_world.send("jane@customer.example", answer_to, answer.encode())


def test_it_tells_systemd_that_it_is_ready_alive_and_ending(place: Installation) -> None:
    with running(place) as service:
        service.wait_told("READY=1")
        service.wait_told("STATUS=")
        service.wait_told("WATCHDOG=1")
        assert service.end() < 5
        service.wait_told("STOPPING=1", 1)
        assert service.process.returncode == 0


def test_a_letter_leaves_by_itself_and_a_reply_holds_within_seconds(place: Installation, mail_world: MailWorld) -> None:
    place.go_live()
    with running(place) as service:
        service.wait_log("action=delivered", 60)
        answer_to_letter(mail_world, "The goods never came.")
        service.wait_for(lambda: "dispute" in place.command("case", "list", "--json").stdout, "a case was opened", 15)
        assert service.end() < 5
    assert len(mail_world.mailbox("jane@customer.example")) == 1


def test_its_own_mail_goes_the_way_of_a_letter_and_is_found_in_the_inbox(
    place: Installation, mail_world: MailWorld
) -> None:
    place.canary = True
    place.write()
    place.go_live()
    with running(place) as service:
        back = lambda: json.loads(place.command("status", "--json").stdout)["canary_at"]  # noqa: E731  (said in one line, used below)
        service.wait_for(back, "the canary came back", 60)
        service.wait_log("action=delivered", 60)
        assert service.log.count("action=canary") == 1
    own = [raw for raw in mail_world.mailbox(mail_world.business) if b"X-Reminderbot: canary" in raw]
    assert len(own) == 1
    assert "belong to nobody" not in place.command("status").stdout
    assert json.loads(place.command("case", "list", "--json").stdout) == []


def test_the_owner_has_one_digest_a_day_and_hears_of_a_lawyer_at_once(
    place: Installation, mail_world: MailWorld
) -> None:
    owner = mail_world.customers[1]
    place.alerts = (owner,)
    place.write()
    place.go_live()

    def told(mark: str) -> list[bytes]:
        return [raw for raw in mail_world.mailbox(owner) if f"X-Reminderbot: {mark}".encode() in raw]

    with webhook() as hook:
        place.environment["REMINDERBOT_NOTIFY"] = hook.address
        with running(place) as service:
            service.wait_log("action=digest_sent", 60)
            service.wait_log("action=delivered", 60)
            answer_to_letter(mail_world, "My lawyer will sue you.")
            service.wait_log("action=owners_told case=1", 30)
            service.end()
        with running(place) as service:
            service.wait_told("WATCHDOG=1")
            service.end()
    assert [post["message"] for post in hook.posts] == ["law: Roe & Daughters"]
    assert "canary-token" not in service.log
    assert len(told("digest")) == len(told("urgent")) == 1
    assert b"lawyer" in told("urgent")[0]
    assert len(mail_world.mailbox("jane@customer.example")) == 1


def test_a_message_in_flight_is_uncertain_after_the_end_and_never_sent_again(place: Installation) -> None:
    with ScriptedSmtp({"dot": HANG}) as server:
        place.smtp_port = server.port
        place.write()
        place.go_live()
        with running(place) as service:
            service.wait_for(lambda: server.messages, "the message lay on the wire", 60)
            assert service.end() < 5.5
        assert states(place) == ["onwire"]
        with running(place) as service:
            service.wait_log("uncertain=1")
            service.wait_told("WATCHDOG=1")
            assert service.end() < 5
        assert states(place) == ["uncertain"]
        assert len(server.messages) == 1


def test_it_ends_quickly_while_the_inbox_says_nothing(place: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place.imap_port = silent.getsockname()[1]
        place.write()
        with running(place) as service:
            service.wait_told("READY=1")
            assert service.end() < 5


def test_it_reads_its_settings_again_when_told_to(place: Installation) -> None:
    with running(place) as service:
        service.wait_log("action=started")
        place.write("Another Shop")
        service.process.send_signal(signal.SIGHUP)
        service.wait_log("action=started", times=2)
        assert service.process.poll() is None
        assert "desk_not_served" not in service.log
        assert service.end() < 5


def test_settings_with_a_mistake_leave_the_old_ones_in_force(place: Installation) -> None:
    with running(place) as service:
        service.wait_log("action=started")
        (place.folder / "config.toml").write_text("mode = 'loud'\n")
        service.process.send_signal(signal.SIGHUP)
        service.wait_log("action=reload_refused")
        service.wait_log("action=started", times=2)
        assert service.process.poll() is None
        assert service.end() < 5


def test_asked_to_end_while_it_winds_down_for_a_reload_it_ends(place: Installation) -> None:
    with ScriptedSmtp({"dot": HANG}) as server:
        place.smtp_port = server.port
        place.write()
        place.go_live()
        with running(place) as service:
            service.wait_for(lambda: server.messages, "the message lay on the wire", 60)
            service.process.send_signal(signal.SIGHUP)
            service.wait_told("STOPPING=1")
            assert service.end() < 5.5
            assert service.log.count("action=started") == 1


def test_asked_to_end_while_it_reads_its_settings_again_it_ends(place: Installation) -> None:
    with running(place) as service:
        service.wait_told("READY=1")
        settings = place.folder / "config.toml"
        words = settings.read_text()
        settings.unlink()
        # Whoever reads it waits until somebody writes.
        os.mkfifo(settings)
        service.process.send_signal(signal.SIGHUP)
        service.wait_told("RELOADING=1")
        service.process.send_signal(signal.SIGTERM)
        settings.write_text(words)
        assert service.process.wait(5) == 0
        assert service.log.count("action=started") == 1


def test_after_its_end_a_restored_store_is_read_as_the_backup_has_it(place: Installation) -> None:
    with running(place) as service:
        backup = backed_up(place, service)
        service.process.send_signal(signal.SIGHUP)
        service.wait_log("action=started", times=2)
        assert service.end() < 5
    assert list((place.folder / "state").glob("reminderbot.db-*")) == []
    restored_as_documented(place, backup, clear=False)


def test_after_a_crash_a_store_restored_as_documented_is_read_as_the_backup_has_it(place: Installation) -> None:
    with running(place) as service:
        backup = backed_up(place, service)
        service.process.kill()
        service.process.wait(5)
    restored_as_documented(place, backup)


def backed_up(place: Installation, service: Service) -> Path:
    """Backed up beside the daemon; afterwards the store has gone on."""
    service.wait_told("STATUS=")
    backup = place.folder / "monday"
    for words in (("backup", str(backup)), ("stop", "--reason", "later than the backup")):
        done = place.command(*words)
        assert done.returncode == 0, done.stdout + done.stderr
    assert journal_of(place.folder / "state" / "reminderbot.db") != journal_of(backup / "reminderbot.db")
    return backup


def restored_as_documented(place: Installation, backup: Path, *, clear: bool = True) -> None:
    """Put `backup` in the store's place with the line that our guide gives, and look whether it is the backup's."""
    before = journal_of(backup / "reminderbot.db")
    guide = (Path(__file__).parent.parent / "docs" / "operating.md").read_text()
    line = next(line.strip() for line in guide.splitlines() if line.strip().startswith("rm -f state/"))
    if clear:
        subprocess.run(shlex.split(line), cwd=place.folder, check=True)
    shutil.copyfile(backup / "reminderbot.db", place.folder / "state" / "reminderbot.db")
    assert journal_of(place.folder / "state" / "reminderbot.db") == before


def journal_of(path: Path) -> list[object]:
    """Every line of a whole store."""
    store = sqlite3.connect(path)
    try:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return store.execute("SELECT * FROM journal ORDER BY seq").fetchall()
    finally:
        store.close()


def test_after_a_reload_nobody_reads_an_answer_that_a_listener_of_before_is_at_work_on(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop")
    shop.ok("import")
    with shop.house() as before:
        digest = before.spool.keep(ANSWER)
        with before.store.writing() as connection:
            inbox.keep(connection, Inbound(Channel.EMAIL, "INBOX/1/1", MONDAY, ANSWER), digest, digest, MONDAY)
        with shop.house() as fresh:
            house = reloaded(before, lambda: fresh)
            reader = threading.Thread(target=understand_all, args=(house,))
            with before.triage_lock:
                reader.start()
                reader.join(1)
                with before.store.reading() as connection:
                    assert [row.attempts for row in inbox.unread(connection)] == [0]
            reader.join(30)
        assert [case["kind"] for case in shop.json("case", "list")] == ["dispute"]


def test_a_message_in_flight_at_a_reload_is_settled_by_who_sent_it(place: Installation) -> None:
    with ScriptedSmtp({"dot": LATE + "250 2.0.0 Ok"}) as server:
        place.smtp_port = server.port
        place.write()
        place.go_live()
        with running(place) as service:
            service.wait_for(lambda: server.messages, "the message lay on the wire", 60)
            service.process.send_signal(signal.SIGHUP)
            service.wait_log("action=started", times=2)
            assert states(place) == ["onwire"]
            server.go_on.set()
            service.wait_for(lambda: states(place) == ["accepted"], "it was settled")
            assert service.end() < 5
        assert json.loads(place.command("case", "list", "--json").stdout) == []
        assert len(server.messages) == 1


def test_after_a_reload_nobody_sends_before_who_was_at_it_has_ended(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop")
    with shop.house() as before, shop.house() as fresh:
        daemon = Daemon(reloaded(before, lambda: fresh), Bell())
        sender = threading.Thread(target=daemon.deliver)
        with before.sending_lock:
            sender.start()
            sender.join(0.5)
            assert sender.is_alive()
        sender.join(30)
        assert not sender.is_alive()


def test_it_ends_after_its_listener(place: Installation) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def slow(connection: socket.socket, tag: bytes) -> None:
        asked.set()
        go_on.wait(10)
        connection.sendall(b"* 0 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 1] ok\r\n%s OK done\r\n" % tag)

    with ScriptedImap({"EXAMINE": slow}) as server:
        place.imap_port = server.port
        place.write()
        with running(place) as service:
            assert asked.wait(30)
            service.process.send_signal(signal.SIGHUP)
            service.wait_told("STOPPING=1")
            time.sleep(0.5)
            assert "action=ended" not in service.log
            go_on.set()
            service.wait_log("action=started", times=2)


def test_a_second_daemon_on_the_same_store_is_refused_with_a_clear_word(place: Installation) -> None:
    with running(place) as service:
        service.wait_told("READY=1")
        second = place.command("run", timeout=10)
        assert second.returncode != 0
        assert "is at work on this store" in second.stderr + second.stdout
        assert "Traceback" not in second.stderr


def test_a_daemon_that_has_lost_its_lock_says_so_and_ends_to_be_started_anew(place: Installation) -> None:
    with running(place) as service:
        service.wait_told("READY=1")
        assert f"at work (process {service.process.pid})" in place.command("status").stdout
        (place.folder / "state").rename(place.folder / "moved")
        assert service.process.wait(20) == 1
        assert "action=lock_lost" in service.log
        assert "cure=" in service.log
    assert json.loads(place.command("status", "--json").stdout)["at_work"] == ""


def test_a_reload_does_not_take_the_daemon_to_another_store(place: Installation) -> None:
    with running(place) as service:
        service.wait_told("READY=1")
        config = place.folder / "config.toml"
        config.write_text(config.read_text().replace('folder = "state"', 'folder = "elsewhere"'))
        service.process.send_signal(signal.SIGHUP)
        service.wait_log("action=reload_refused")
        assert "restart the service for that" in service.log
        service.end()


@pytest.fixture
def shifts(place: Installation) -> Path:
    """The file by which a test sets the daemon's clock, or lets its machine sleep."""
    file = place.folder / "shifts"
    place.environment |= {
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent / "e2e" / "clock"), os.environ.get("PYTHONPATH", "")]),
        "STORY_NOW": datetime.now(UTC).isoformat(),
        "STORY_SHIFT": str(file),
    }
    return file


@pytest.mark.parametrize(
    "seconds",
    [
        -3 * 3600,
        10 * 365 * 86400,
        pytest.param(3 * 3600, marks=pytest.mark.soak),
        pytest.param(-56 * 365 * 86400, marks=pytest.mark.soak),
    ],
)
def test_a_clock_set_by_hours_or_years_sends_nothing_until_it_is_set_right(
    place: Installation, mail_world: MailWorld, shifts: Path, seconds: int
) -> None:
    place.go_live()
    (place.folder / "state" / "STOP").touch()
    with running(place) as service:
        service.wait_told("STATUS=", 60)
        shifts.write_text(f"set {seconds}\n")
        service.wait_log('action=clock doubt="the clock was set', 30)
        (place.folder / "state" / "STOP").unlink()
        time.sleep(7)
        assert mail_world.mailbox("jane@customer.example") == []
        with shifts.open("a") as file:
            file.write(f"set {-seconds}\n")
        service.wait_log("action=clock doubt=over", 60)
        service.wait_log("action=delivered", 60)
    assert len(mail_world.mailbox("jane@customer.example")) == 1


def test_on_waking_one_tick_is_held_and_the_inbox_read_before_anything_leaves(
    place: Installation, mail_world: MailWorld, shifts: Path
) -> None:
    place.go_live()
    (place.folder / "state" / "STOP").touch()
    with running(place) as service:
        # What lies in the mailbox before the first look of all is no answer to us.
        service.wait_for(lambda: json.loads(place.command("status", "--json").stdout)["inbox_at"], "it was read", 30)
        # It came in the machine's sleep.
        answer = b"From: jane@customer.example\r\nTo: business@shop.example\r\n\r\nThe goods never came, INV-1.\r\n"
        mail_world.send("jane@customer.example", "business@shop.example", answer)
        mail_world.postfix.settle()
        shifts.write_text("sleep 600\n")
        (place.folder / "state" / "STOP").unlink()
        service.wait_log("the machine slept or stood still for 10 minutes", 30)
        service.wait_log("action=clock doubt=over", 30)
        doubted, *_, over = (
            datetime.fromisoformat(line.split()[0].removeprefix("at="))
            for line in service.log.splitlines()
            if "action=clock" in line
        )
        assert over - doubted >= timedelta(seconds=TICK - 1)
        service.wait_for(lambda: "dispute" in place.command("case", "list", "--json").stdout, "a case was opened", 30)
    assert mail_world.mailbox("jane@customer.example") == []


def test_the_kill_signal_stops_all_sending_and_says_so(place: Installation) -> None:
    place.go_live()
    with running(place) as service:
        service.wait_told("READY=1")
        service.process.send_signal(signal.SIGUSR2)
        service.wait_for((place.folder / "state" / "STOP").exists, "the STOP file is there")
        told = json.loads(place.command("status", "--json").stdout)
        assert any("STOP" in stop["why"] for stop in told["stops"])


def test_a_text_that_twilio_calls_about_is_read_within_two_seconds(place: Installation) -> None:
    place.listen = free_port()
    place.write()
    with TwilioStandIn(SystemClock(), (OUR_NUMBER,)) as twilio:
        with (place.folder / "config.toml").open("a") as config:
            config.write(
                f'public_url = "{PUBLIC}"\n[sms]\naccount_sid = "{twilio.account_sid}"\nfrom = "{OUR_NUMBER}"\n'
                f'api_base = "{twilio.url}"\n'
            )
        with (place.folder / ".env").open("a") as secrets:
            secrets.write(f"REMINDERBOT_TWILIO_TOKEN={twilio.token}\n")
        twilio.callbacks.text_url = f"{PUBLIC}/twilio/inbound#rc=5&rp=all"
        twilio.callbacks.proxy = (PUBLIC, f"http://127.0.0.1:{place.listen}")
        with running(place) as service:
            service.wait_told("READY=1")
            service.wait_for(lambda: answers_http(place.listen), "the pages are served")
            twilio.receive("+447700900123", OUR_NUMBER, "STOP")
            assert twilio.callbacks.made == [(f"{PUBLIC}/twilio/inbound", 200)]
            service.wait_for(lambda: texts(place) == ["understood"], "it was read", 2)
            assert json.loads(place.command("status", "--json").stdout)["calls"]["accepted"] == 1
            assert service.end() < 5
        assert "447700900123" not in service.log


def texts(place: Installation) -> list[str]:
    """How far each text message that came in has been read."""
    with sqlite3.connect(place.folder / "state" / "reminderbot.db") as store:
        found = [row[0] for row in store.execute("SELECT state FROM inbound WHERE channel = 'sms'")]
    store.close()
    return found


def answers_http(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
