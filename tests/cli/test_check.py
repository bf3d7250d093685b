"""`reminderbot check`: each part is tried on a real server, and each fault has its cure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest

from reminderbot.demo.twilio_standin import ACCOUNT_SID, TOKEN, TwilioStandIn
from reminderbot.runs.clock import remember_time
from reminderbot.store.sendlog import Attempt
from tests.installation import MONDAY, TEMPLATES, Installation
from tests.servers.pymap_imap import Pymap
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.webhook import webhook
from tests.web.caller import Caller, new_sid, served, text

PASSWORD = "imap-password"
DESK = '[desk]\npublic_url = "https://shop.example"\n'


@pytest.fixture
def servers(shop: Installation) -> Iterator[ScriptedSmtp]:
    """The shop's mail server, inbox and text messages, all well; its mail server is given."""
    with ExitStack() as stack:
        smtp = stack.enter_context(ScriptedSmtp())
        imap = stack.enter_context(Pymap("accounts", PASSWORD))
        twilio = stack.enter_context(TwilioStandIn(shop.clock))
        shop.smtp_port, shop.imap_port, shop.twilio = smtp.port, imap.port, twilio.url
        shop.account_sid = ACCOUNT_SID
        shop.secrets = f"REMINDERBOT_IMAP_PASSWORD={PASSWORD}\nREMINDERBOT_TWILIO_TOKEN={TOKEN}\n"
        shop.write_config()
        yield smtp


def verdicts(shop: Installation, status: int) -> dict[str, str]:
    """What each part came to, and its cure or words; the worst where a part has several lines."""
    result = shop.run("check", "--json")
    assert result.exit_code == status, result.output
    order = ["ok", "warn", "fail"]
    found: dict[str, str] = {}
    for one in sorted(json.loads(result.stdout), key=lambda f: order.index(f["verdict"])):
        found[one["about"]] = f"{one['verdict']} {one['what']} {one['cure']}".strip()
    return found


def test_a_sound_installation_is_ok_in_every_part_and_nothing_is_sent(
    shop: Installation, servers: ScriptedSmtp
) -> None:
    shop.ok("import")

    found = verdicts(shop, 0)

    assert {about for about, told in found.items() if told.startswith("ok")} == {
        "settings", "time zones", "clock", "letters", "state folder", "store", "send log", "ledger", "ledger files",
        "mail server", "inbox", "text messages", "headers", "service",
    }  # fmt: skip
    assert servers.connections == 1
    assert servers.messages == []


def test_the_plain_answer_has_a_line_for_each_part(shop: Installation, servers: ScriptedSmtp) -> None:
    shop.ok("import")

    lines = shop.ok("check").splitlines()

    assert all(line.startswith("ok    ") for line in lines)
    assert len(lines) == 14


def test_servers_that_cannot_be_reached_fail_each_with_its_cure_and_the_rest_is_tried(shop: Installation) -> None:
    shop.ok("import")

    found = verdicts(shop, 1)

    assert found["mail server"].startswith("fail Cannot connect to the mail server 127.0.0.1:9")
    assert "check [email] host and port" in found["mail server"]
    assert found["inbox"].startswith("fail The inbox at 127.0.0.1:9 cannot be read")
    assert found["text messages"].startswith("fail Cannot read the texts")
    assert found["ledger files"].startswith("ok")


def test_a_wrong_password_of_the_inbox_is_told_as_such(shop: Installation, servers: ScriptedSmtp) -> None:
    shop.secrets = shop.secrets.replace(PASSWORD, "wrong")
    shop.write_config()

    assert "REMINDERBOT_IMAP_PASSWORD" in verdicts(shop, 1)["inbox"]


def test_a_missing_password_is_told_and_all_that_needs_none_is_tried(shop: Installation) -> None:
    shop.secrets = ""
    shop.write_config()

    found = verdicts(shop, 1)

    assert "mail server" not in found
    assert found["settings"].startswith("fail")
    assert found["letters"].startswith("ok")


def test_mistakes_in_the_settings_end_it_with_all_of_them(shop: Installation) -> None:
    shop.write_config("[sendin]\nx = 1\n[desk]\nlisten = 5")

    result = shop.run("check")

    assert result.exit_code == 1
    assert result.stdout.count("fail  settings:") == 2


def test_a_store_that_cannot_be_opened_does_not_hide_the_rest(shop: Installation) -> None:
    (shop.folder / "state").mkdir(mode=0o700)
    (shop.folder / "state" / "reminderbot.db").mkdir()

    found = verdicts(shop, 1)

    assert found["store"].startswith("fail the store")
    assert found["ledger files"].startswith("ok")
    assert "mail server" in found


def test_a_damaged_store_is_found_and_the_rest_is_tried(shop: Installation) -> None:
    shop.ok("import")
    with shop.house() as house, house.store.writing() as connection:
        connection.exec_driver_sql("PRAGMA writable_schema = ON")
        connection.exec_driver_sql("UPDATE sqlite_master SET rootpage = 3 WHERE name = 'ix_customer_email'")

    found = verdicts(shop, 1)

    assert found["store"].startswith("fail")
    assert "the newest backup" in found["store"]
    assert "mail server" in found


def test_a_letter_with_an_unknown_variable_is_found(shop: Installation) -> None:
    import shutil

    shutil.copytree(TEMPLATES, shop.folder / "letters")
    config = shop.folder / "config.toml"
    config.write_text(config.read_text().replace(str(TEMPLATES), "letters"))
    letter = shop.folder / "letters" / "en" / "gentle.email.md"
    letter.write_text(letter.read_text() + "\n{{ nonsense }}\n")

    assert "nonsense" in verdicts(shop, 1)["letters"]


def test_a_store_older_than_the_send_log_is_found(shop: Installation) -> None:
    shop.ok("import")
    with shop.house() as house:
        house.send_log.append([Attempt(7, 1, "x" * 32, MONDAY)])

    assert verdicts(shop, 1)["send log"].startswith("fail the send log knows reminder 7")


def test_a_clock_that_went_back_is_found(shop: Installation) -> None:
    shop.ok("import")
    with shop.house() as house:
        remember_time(house)
    shop.clock.set_to(MONDAY - timedelta(hours=3))

    assert "set the machine's clock right" in verdicts(shop, 1)["clock"]


def test_a_ledger_that_cannot_be_read_is_found_with_its_mistakes(shop: Installation) -> None:
    (shop.folder / "ledger" / "invoices.csv").write_bytes("number;Größe".encode("cp1252"))

    assert verdicts(shop, 1)["ledger files"].startswith("fail invoices.csv")


def test_a_state_folder_that_others_may_read_is_warned_of(shop: Installation) -> None:
    shop.ok("status")
    (shop.folder / "state").chmod(0o755)

    assert "chmod go=" in verdicts(shop, 1)["state folder"]


def test_a_secret_key_that_others_may_read_is_a_fault(shop: Installation) -> None:
    shop.ok("status")
    (shop.folder / "state" / "secret.key").chmod(0o644)

    assert "chmod 600" in verdicts(shop, 1)["store"]


@pytest.mark.parametrize("key", ["", "\n", "abcd", "not a key"])
def test_a_key_that_protects_nothing_is_found(shop: Installation, key: str) -> None:
    shop.ok("status")
    (shop.folder / "state" / "secret.key").write_text(key)

    assert "secret.key cannot be used" in verdicts(shop, 1)["store"]


def test_with_a_public_address_it_says_what_to_write_at_twilio(shop: Installation, servers: ScriptedSmtp) -> None:
    shop.write_config(DESK)
    shop.ok("import")

    told = verdicts(shop, 0)["webhook"]

    assert told.startswith("ok")
    assert "write https://shop.example/twilio/inbound#rc=5&rp=all and choose HTTP POST" in told
    assert "asked for texts every minute all the same" in told


def test_what_is_written_without_effect_is_only_warned_about(shop: Installation, servers: ScriptedSmtp) -> None:
    config = shop.folder / "config.toml"
    signed_in = '[oauth]\nprovider = "google"\nclient_id = "ours"\n'
    config.write_text(config.read_text().partition("[sms]")[0] + DESK + signed_in)
    shop.ok("import")

    found = json.loads(shop.run("check", "--json").stdout)

    told = [f"{one['what']}: {one['cure']}" for one in found if (one["about"], one["verdict"]) == ("settings", "warn")]
    assert [words.split(" has no effect")[0] for words in told] == ["[oauth]"]
    assert 'write auth = "oauth2" into [email] or [inbox]' in told[0]


def test_what_takes_effect_is_not_warned_about(shop: Installation, servers: ScriptedSmtp) -> None:
    shop.write_config(DESK)
    shop.ok("import")
    assert verdicts(shop, 0)["settings"].startswith("ok")


def test_calls_that_were_turned_away_are_told_loudly_with_their_cure(shop: Installation, servers: ScriptedSmtp) -> None:
    shop.write_config(DESK)
    shop.ok("import")
    with shop.house() as house, served(house, tokens=(TOKEN,)) as port:
        caller = Caller(port, "https://old.example/twilio/inbound", TOKEN)
        assert caller.form(text(new_sid())) == 403

    cure = "Twilio called https://old.example/twilio/inbound, and by [desk] public_url that is"
    assert f"fail 1 call was turned away {cure}" in verdicts(shop, 1)["webhook"]
    assert "Webhook   0 calls let in, 1 turned away" in shop.ok("status")
    assert cure in " ".join(shop.ok("status").split())
    assert shop.json("status")["calls"]["turned_away"] == 1


def test_a_draft_without_servers_is_only_warned(shop: Installation) -> None:
    config = shop.folder / "config.toml"
    head = config.read_text().partition("[email]")[0]
    config.write_text(head.replace('mode = "live"', 'mode = "draft"'))
    shop.ok("import")

    found = verdicts(shop, 0)

    assert found["mail server"].startswith("warn")
    assert found["inbox"].startswith("warn")


def test_it_says_who_is_told_by_mail_and_what_the_digest_would_say(shop: Installation, servers: ScriptedSmtp) -> None:
    shop.write_config('[alerts]\nemail = ["olivia@brightside.example"]\ndigest_at = "7:30"')
    (told,) = [one for one in json.loads(shop.run("check", "--json").stdout) if one["about"] == "told by mail"]
    assert told["verdict"] == "ok"
    assert told["what"].startswith("olivia@brightside.example: law, distress and a lasting stop at once")
    assert "each business day at 07:30; just now: nothing leaves" in told["what"]
    assert servers.messages == []


def test_each_address_for_pushes_is_understood_or_told_without_its_token(
    shop: Installation, servers: ScriptedSmtp
) -> None:
    with webhook() as hook:
        shop.secrets += f"REMINDERBOT_NOTIFY='{hook.address}?x=1,2, nosuch://canary-token json://127.0.0.1:9/'\n"
        shop.write_config()
        said = shop.run("check", "--json").stdout
        assert hook.posts == []
    found = [(one["verdict"], one["what"]) for one in json.loads(said) if one["about"] == "told by push"]
    assert [verdict for verdict, _ in found] == ["ok", "fail", "ok"]
    assert "address 2 in REMINDERBOT_NOTIFY (nosuch) is no address that apprise understands" in found[1][1]
    assert "canary-token" not in said
