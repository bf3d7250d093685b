"""Twilio's calls over real HTTP: what it signed over our address comes in once, everything else not at all."""

from __future__ import annotations

import dataclasses
import itertools
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from reminderbot.core.token import Purpose, make_token
from reminderbot.core.webhook import Calls, Refusal
from reminderbot.demo.twilio_standin import TwilioStandIn
from reminderbot.house import House
from reminderbot.inbox.twilio_webhook import TwilioWebhook
from reminderbot.store import contact, webhook
from reminderbot.store.tables import delivery_report, inbound
from reminderbot.web.app import make_app
from reminderbot.web.webhook import Webhooks
from tests.runs.carrier import TEXTS, carrier, connect, until_text
from tests.servers.ports import wait_until
from tests.stories.world import OUR_NUMBER, World
from tests.web.caller import CUSTOMER, FORM, JSON, OLD, OURS, PUBLIC, TOKEN, Caller, new_sid, served, text


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One business for all the calls that only count what was stored."""
    made = World(tmp_path_factory.mktemp("world") / "shop", sms=True)
    made.customer("ACME", phone=CUSTOMER).invoice("INV-1", "ACME", "2027-03-05")
    made.begin()
    yield made
    made.close()


@pytest.fixture(scope="module")
def house(world: World) -> House:
    return world.house


@pytest.fixture
def port(house: House) -> Iterator[int]:
    with served(house) as found:
        yield found


def stored(house: House, sid: str) -> list[bytes]:
    """What was kept of this message, raw."""
    with house.store.reading() as connection:
        rows = connection.execute(select(inbound).where(inbound.c.identity == sid)).all()
    return [house.spool.read(row.digest) for row in rows]


def everything(house: House) -> tuple[int, ...]:
    """How many lines each table has that a call could add to."""
    tables = ("inbound", "delivery_report", "journal", "hold", "case_file", "closed_channel")
    with house.store.reading() as connection:
        return tuple(connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar() or 0 for name in tables)


def counts(house: House) -> Calls:
    """How the calls fared, once the pages are no longer served."""
    with house.store.reading() as connection:
        found = webhook.calls(connection)
    assert found is not None
    return found


# ---- the matrix of S9

PROXIES = {
    "no proxy": {},
    "a proxy that tells": {"Host": "127.0.0.1:8470", "X-Forwarded-Host": "shop.example", "X-Forwarded-Proto": "https"},
    "a proxy that lies": {"Host": "10.0.0.7", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"},
}
FIELDS = {
    "plain": text,
    "twice": lambda sid: text(sid, "STOP", ("MediaUrl0", "b"), ("MediaUrl0", "a"), ("MediaUrl0", "b")),
    "empty": lambda sid: text(sid, "", ("FromCity", ""), ("FromState", "")),
    "strange letters": lambda sid: text(sid, "Grüße & 50 % – 你好 🙂 +=\r\n"),
}
SLASHES, QUERIES = ("", "/"), ("", "?shop=1&name=J%20D+x")


@pytest.mark.parametrize("public", [PUBLIC, f"{PUBLIC}:443", f"{PUBLIC}:8443", f"{PUBLIC}/rb.v1"])
def test_a_genuine_call_comes_in_once_however_it_came_here(house: House, public: str) -> None:
    seen = 0
    with served(house, public) as port:
        for proxy, slash, query in itertools.product(PROXIES.values(), SLASHES, QUERIES):
            caller = Caller(port, f"{public}/twilio/inbound{slash}{query}", headers=proxy)
            for post, fields in [(caller.form, fields) for fields in FIELDS.values()] + [(caller.json, text)]:
                sid = new_sid()
                # Twice: it is sent again where our answer was lost, and anybody may replay it.
                assert [post(fields(sid)) for _ in range(2)] == [200, 200]
                assert stored(house, sid) == [dict(fields(sid))["Body"].encode()]
                seen += 1
    assert seen == 3 * 2 * 2 * 5
    assert counts(house).refused == {}


@pytest.mark.parametrize("public", [PUBLIC, f"{PUBLIC}:8443"])
def test_a_forged_call_has_no_effect_however_it_came_here(house: House, public: str) -> None:
    before = everything(house)
    tried = 0
    with served(house, public) as port:
        for proxy, slash, query in itertools.product(PROXIES.values(), SLASHES, QUERIES):
            url = f"{public}/twilio/inbound{slash}{query}"
            genuine = Caller(port, url, headers=proxy)
            other_token = dataclasses.replace(genuine, token="guess")
            sid = new_sid()
            answers = [
                other_token.form(text(sid)),
                other_token.json(text(sid)),
                # A signature of another message, address, protocol or page.
                genuine.form(text(sid, "please go on"), signed=text(sid)),
                genuine.json(text(sid, "please go on"), signed=text(sid)),
                genuine.form(text(sid, "STOP", ("Extra", "1")), signed=text(sid)),
                genuine.form(text(sid)[1:], signed=text(sid)),
                *(genuine.form(text(sid), url=other) for other in _others(url)),
                genuine.raw(b"MessageSid=x", FORM, ""),
                genuine.raw(b"MessageSid=x", FORM, "x" * 28),
                genuine.raw(b"\xff\xfe=\x80", FORM, "x" * 28),
                genuine.raw(b"[]", JSON, "x" * 28),
            ]
            # The first hundred or so; then they are told that they are too many.
            assert set(answers) <= {403, 429}
            tried += len(answers)
    assert everything(house) == before
    assert tried > 12 * 10
    assert counts(house).turned_away == tried


def _others(url: str) -> list[str]:
    return [
        url.replace("https://", "http://"),
        url.replace("shop.example", "evil.example"),
        url.replace("/inbound", "/status/s1.x"),
        url + "&more=1",
    ]


def test_a_json_body_whose_hash_is_not_signed_is_turned_away(house: House, port: int) -> None:
    before = everything(house)
    for url in (f"{PUBLIC}/twilio/inbound", f"{PUBLIC}/twilio/inbound?bodySHA256=", f"{PUBLIC}/twilio/inbound?x=1"):
        caller = Caller(port, url)
        signature = caller_signature(caller)
        assert caller.raw(b'{"MessageSid": "SM1"}', JSON, signature) == 403
    assert everything(house) == before


def caller_signature(caller: Caller) -> str:
    return str(RequestValidator(caller.token).compute_signature(caller.url, {}))


def test_while_the_token_changes_both_count_and_no_third(house: House) -> None:
    with served(house, tokens=(TOKEN, OLD)) as port:
        answers = [Caller(port, token=token).form(text(new_sid())) for token in (TOKEN, OLD, "third", "")]
    assert answers == [200, 200, 403, 403]


@pytest.mark.parametrize("tokens", [(), ("",)])
def test_without_a_token_nothing_comes_in(house: House, tokens: tuple[str, ...]) -> None:
    before = everything(house)
    with served(house, tokens=tokens) as port:
        assert Caller(port, token="").form(text(new_sid())) == 403
    assert everything(house) == before


# ---- what a person is told of it


def test_a_genuine_call_for_another_address_is_turned_away_and_both_are_told(house: House) -> None:
    with served(house) as port:
        elsewhere = Caller(port, "https://old.example/twilio/inbound", headers={"X-Forwarded-Host": "old.example"})
        assert elsewhere.form(text(new_sid())) == 403
    told = counts(house)
    assert told.refused == {Refusal.ADDRESS: 1}
    assert (told.called, told.ours) == ("https://old.example/twilio/inbound", f"{PUBLIC}/twilio/inbound")
    assert told.is_deaf


@pytest.mark.parametrize(
    ("url", "method", "status", "why"),
    [
        (f"{PUBLIC}/sms", "POST", 404, Refusal.PATH),
        (f"{PUBLIC}/twilio/inbound", "GET", 405, Refusal.METHOD),
        (f"{PUBLIC}/twilio/inbound", "POST", 403, Refusal.SIGNATURE),
    ],
)
def test_a_slip_in_twilios_console_is_counted_by_its_kind(
    house: House, url: str, method: str, status: int, why: Refusal
) -> None:
    with served(house) as port:
        assert Caller(port, url).ask(b"", FORM, "x" * 28, method)[0] == status
    assert counts(house).refused == {why: 1}


def test_what_was_turned_away_before_the_settings_were_mended_is_told_no_more(house: House) -> None:
    with served(house) as port:
        Caller(port, token="wrong").form(text(new_sid()))
    assert counts(house).troubles
    with served(house):
        wait_until(lambda: counts(house).troubles == (), "the new count begins")


# ---- what comes in


def test_a_text_is_kept_before_the_answer_and_lost_by_no_full_disk(house: House, port: int) -> None:
    folder = house.folder / "inbound"
    sid, body = new_sid(), f"I dispute this {new_sid()}"
    folder.rename(folder.with_name("away"))
    folder.write_text("a file where the folder was")
    try:
        assert Caller(port).form(text(sid, body)) == 503
        assert stored_rows(house, sid) == 0
    finally:
        folder.unlink()
        folder.with_name("away").rename(folder)
    assert Caller(port).form(text(sid, body)) == 200
    assert stored(house, sid) == [body.encode()]


def test_a_count_that_cannot_be_kept_keeps_no_text_out(house: House, port: int) -> None:
    with house.store.writing() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON setting WHEN NEW.key = 'webhook'"
            " BEGIN SELECT RAISE(FAIL, 'full'); END"
        )
    try:
        assert Caller(port).form(text(new_sid())) == 200
        assert Caller(port, token="wrong").form(text(new_sid())) == 403
    finally:
        with house.store.writing() as connection:
            connection.exec_driver_sql("DROP TRIGGER full")


def stored_rows(house: House, sid: str) -> int:
    with house.store.reading() as connection:
        return len(connection.execute(select(inbound).where(inbound.c.identity == sid)).all())


@pytest.mark.parametrize(
    ("word", "kind", "stops"), [("ADIOS", "STOP", True), ("HOLA", "START", False), ("?", "HELP", False)]
)
def test_what_twilio_takes_for_a_stop_is_one_in_whatever_word(
    house: House, port: int, word: str, kind: str, stops: bool
) -> None:
    """Advanced Opt-Out: an account may have keywords of its own."""
    sender = {"STOP": "+447700900201", "START": "+447700900202", "HELP": "+447700900203"}[kind]
    fields = (("MessageSid", new_sid()), ("From", sender), ("To", OURS), ("Body", word), ("OptOutType", kind))
    assert [Caller(port).form(fields) for _ in range(2)] == [200, 200]
    with house.store.reading() as connection:
        closed, _ = contact.closed(connection, [], [house.gatherer.hash_of(sender)])
    assert bool(closed) is stops


def test_a_stop_is_heard_within_two_seconds_of_its_call(house: House, port: int) -> None:
    began = time.monotonic()
    assert Caller(port).form(text(new_sid(), "please no more texts")) == 200
    answered = time.monotonic() - began
    wait_until(lambda: _opted_out(house), "the number is closed", 2)
    assert answered < 1


def test_a_hundred_who_say_the_same_at_once_are_all_heard(house: House, port: int) -> None:
    sids, answers = [new_sid() for _ in range(100)], list[int]()
    callers = [Thread(target=lambda sid=sid: answers.append(Caller(port).form(text(sid, "QUIT")))) for sid in sids]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert answers == [200] * 100
    assert [sid for sid in sids if stored_rows(house, sid) != 1] == []


def _opted_out(house: House) -> bool:
    with house.store.reading() as connection:
        facts = house.gatherer.gather(connection, ["ACME"], house.clock.now())["ACME"]
    return any("no more messages" in why for _, why in facts.reach.closed)


@pytest.mark.parametrize(
    "fields",
    [
        {"From": CUSTOMER, "Body": "x"},
        {"MessageSid": "CA" + "1" * 31, "From": CUSTOMER, "Body": "x"},
        {"MessageSid": "SM" + "1" * 32, "From": "", "Body": "x"},
        {"CallSid": "CA" + "1" * 32, "From": CUSTOMER, "CallStatus": "ringing"},
    ],
)
def test_a_genuine_call_that_is_no_text_has_no_effect(house: House, port: int, fields: dict[str, str]) -> None:
    before = everything(house)
    assert Caller(port).form(tuple(fields.items())) == 404
    assert everything(house) == before


# ---- what strangers learn


def test_every_page_that_is_not_there_answers_alike(house: House, port: int) -> None:
    paths = ("/", "/status.json", "/healthz", "/static/desk.css", "/twilio", "/twilio/", "/twilio/other", "/x", "//x")
    answers = [Caller(port, PUBLIC + path).ask(method=method) for path in paths for method in ("GET", "POST")]
    assert {status for status, _, _ in answers} == {404}
    assert len({(said, tuple(sorted(headers.items()))) for _, said, headers in answers}) == 1


def test_a_stranger_cannot_tell_a_reminder_that_is_there_from_one_that_is_not(house: House, port: int) -> None:
    tokens = [make_token(house.keys, Purpose.STATUS, number) for number in (1, 999)] + ["s1.x", "x" * 300, "%00"]
    answers = [Caller(port, f"{PUBLIC}/twilio/status/{token}").ask(b"", FORM, "x" * 28) for token in tokens]
    assert {status for status, _, _ in answers} == {403}
    assert len({(said, tuple(sorted(headers.items()))) for _, said, headers in answers}) == 1


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_only_post_is_heard(port: int, method: str) -> None:
    for page in ("inbound", "status/s1.x"):
        assert Caller(port, f"{PUBLIC}/twilio/{page}").ask(method=method)[0] == 405


def test_a_body_larger_than_any_text_is_not_read(port: int) -> None:
    assert Caller(port).raw(b"Body=" + b"x" * 70_000, FORM, "x" * 28) == 413


def test_strangers_who_come_too_often_are_told_so_and_twilio_still_comes_in(house: House) -> None:
    with served(house) as port:
        caller = Caller(port)
        answers = [caller.raw(b"Body=STOP", FORM) for _ in range(150)]
        assert (answers.count(403), answers.count(429)) == (120, 30)
        assert caller.form(text(new_sid())) == 200
    assert counts(house).refused == {Refusal.UNSIGNED: 150}
    # Strangers are nobody's worry once Twilio itself has come in.
    assert counts(house).troubles == ()


def posted(house: House, webhooks: Webhooks, path: str, url: str) -> int:
    """The status of the answer to a genuine text at `path`, which Twilio called as `url`."""
    fields = dict(text(new_sid()))
    signature = RequestValidator(TOKEN).compute_signature(url, fields)
    client = make_app(house, webhooks).test_client()
    return client.post(path, data=fields, headers={"X-Twilio-Signature": signature}).status_code


def test_more_genuine_calls_than_there_are_customers_wait_for_the_next_look(house: House) -> None:
    webhooks = Webhooks(house, TwilioWebhook(PUBLIC, [TOKEN]), genuine_a_minute=2)
    url = f"{PUBLIC}/twilio/inbound"
    assert [posted(house, webhooks, "/twilio/inbound", url) for _ in range(3)] == [200, 200, 429]
    assert counts(house).refused == {}
    webhooks.tally.keep()
    assert counts(house).refused == {Refusal.FLOOD: 1}


@pytest.mark.parametrize("path", ["/twilio/inbound", "/rb.v1/twilio/inbound"])
def test_a_proxy_may_take_the_path_of_the_public_address_off_or_leave_it_on(house: House, path: str) -> None:
    webhooks = Webhooks(house, TwilioWebhook(f"{PUBLIC}/rb.v1", [TOKEN]))
    assert posted(house, webhooks, path, f"{PUBLIC}/rb.v1/twilio/inbound") == 200
    assert posted(house, webhooks, path, f"{PUBLIC}/twilio/inbound") == 403


def test_without_a_public_address_there_is_nothing_to_call(house: House) -> None:
    assert house.webhook is None
    with served(house, "") as port:
        assert Caller(port, headers={"Host": "127.0.0.1"}).form(text(new_sid())) == 404


# ---- with the real client, and Twilio on this machine


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[tuple[World, TwilioStandIn]]:
    """A business that texts through Twilio and is called back by it."""
    world = World(tmp_path / "shop", sms=True)
    world.customer("ACME", **TEXTS).invoice("INV-0", "ACME", "2027-03-05")
    world.begin()
    with carrier(world) as twilio:
        connect(world, twilio, PUBLIC)
        assert world.house.webhook is not None
        with served(world.house) as port:
            twilio.callbacks.text_url = world.house.webhook.text_url
            twilio.callbacks.proxy = (PUBLIC, f"http://127.0.0.1:{port}")
            yield world, twilio
    world.close()


def reports(world: World) -> list[str]:
    with world.house.store.reading() as connection:
        return [row.status for row in connection.execute(select(delivery_report))]


def test_a_text_seen_by_the_call_and_by_the_list_is_one_message(shop: tuple[World, TwilioStandIn]) -> None:
    world, twilio = shop
    sid = twilio.receive(TEXTS["phone"], OUR_NUMBER, "I dispute this")
    assert twilio.callbacks.made == [(f"{PUBLIC}/twilio/inbound", 200)]
    assert stored(world.house, sid) == [b"I dispute this"]
    for _ in range(3):
        world.look()
    assert stored(world.house, sid) == [b"I dispute this"]
    assert world.case_kinds("ACME") == ["dispute"]
    # And the other way round.
    first = twilio.messages.receive(TEXTS["phone"], OUR_NUMBER, "and I mean it")
    world.look()
    twilio.callbacks.text(first)
    assert len(stored(world.house, first.sid)) == 1


def test_an_answer_that_was_lost_is_made_up_for_by_the_call(shop: tuple[World, TwilioStandIn]) -> None:
    world, twilio = shop
    twilio.drop_next()
    until_text(world)
    [sms] = twilio.accepted
    assert [row.state for row in _texts(world)] == ["uncertain"]
    world.clock.advance(timedelta(seconds=1))
    twilio.call_back()
    assert twilio.callbacks.made[-1][1] == 200
    [row] = _texts(world)
    assert (row.state, row.reference) == ("confirmed", sms.sid)
    world.clock.advance(timedelta(seconds=10))
    twilio.call_back()
    assert reports(world) == ["delivered"]
    assert world.case_kinds("ACME") == []
    world.until("2027-04-01", "11:00")
    assert len([one for one in twilio.accepted if one.body == sms.body]) == 1


def test_a_failure_that_only_the_call_tells_closes_the_number(shop: tuple[World, TwilioStandIn]) -> None:
    world, twilio = shop
    twilio.lose_next(30006)
    until_text(world)
    world.clock.advance(timedelta(seconds=10))
    twilio.call_back()
    assert reports(world) == ["undelivered"]
    with world.house.store.reading() as connection:
        facts = world.house.gatherer.gather(connection, ["ACME"], world.now)["ACME"]
    assert [why for _, why in facts.reach.closed if "errors/30006" in why]


@pytest.mark.parametrize("purpose", [one for one in Purpose if one is not Purpose.STATUS])
def test_a_token_for_anything_else_reports_nothing(shop: tuple[World, TwilioStandIn], purpose: Purpose) -> None:
    world, twilio = shop
    until_text(world)
    number = _texts(world)[0].reminder_id
    [sms] = twilio.accepted
    before = everything(world.house)
    for token in (make_token(world.house.keys, purpose, number), make_token(world.house.keys, Purpose.STATUS, 1)):
        forged = dataclasses.replace(sms, callback=f"{PUBLIC}/twilio/status/{token}")
        twilio.callbacks.report(forged, "failed", world.now)
        assert twilio.callbacks.made[-1][1] == 404
    assert everything(world.house) == before


def _texts(world: World) -> list[Any]:
    with world.house.store.reading() as connection:
        return list(connection.exec_driver_sql("SELECT * FROM outbox WHERE channel = 'sms' ORDER BY reminder_id"))
