"""Law and distress: the owners are told at once, of each case once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from reminderbot.channels.push import Push
from reminderbot.core.case import CaseKind
from reminderbot.core.delivery import Blame, Deferred, Outcome, Refused, Uncertain
from reminderbot.core.ladder import Channel
from reminderbot.core.message import OutgoingMessage
from reminderbot.core.stop import Mode
from reminderbot.desk.sending import stop
from reminderbot.runs.alert import alert_once
from reminderbot.runs.urgent import urgent_once
from reminderbot.store import case, halt
from tests.servers.webhook import webhook
from tests.stories.world import Killed, World

Make = Callable[..., World]
LAW = "Our lawyer will answer from now on, see you in court."
DISTRESS = "My husband died last week, I cannot deal with this now."
# One store is like the other for what costs a process each.
one_store = pytest.mark.parametrize("store_url", ["sqlite:///state/reminderbot.db"])
OWNERS = ("olivia@brightwater.example", "carl@brightwater.example")


@pytest.fixture
def world(make_world: Make) -> World:
    """Three customers who have their first letters, and two owners."""
    made = make_world("ACME", "BOLT", "CORA")
    made.use(replace(made.house, alerts_to=OWNERS))
    made.tick()
    return made


def write(world: World, customer: str, words: str) -> None:
    (letter,) = [sent for sent in world.sent if sent.to == f"{customer.lower()}@customer.example"]
    world.answer(words, letter)
    world.look()


def test_law_and_distress_are_told_at_once_with_the_customers_own_sentence(world: World) -> None:
    write(world, "ACME", LAW)
    (number,) = urgent_once(world.house)
    assert [sent.to for sent in world.told] == list(OWNERS)
    assert str(world.told[0].mail["Subject"]) == "reminderbot: law: Acme Ltd"
    assert f"- Acme Ltd: law, case {number}" in world.told[0].text and "lawyer" in world.told[0].text
    write(world, "BOLT", DISTRESS)
    urgent_once(world.house)
    assert str(world.told[2].mail["Subject"]) == "reminderbot: distress: Bolt Ltd"


def test_everything_else_waits_for_the_morning(world: World) -> None:
    write(world, "ACME", "We dispute this invoice, the goods were broken.")
    assert world.case_kinds() == ["dispute"]
    assert urgent_once(world.house) == ()
    assert world.told == []


def test_each_case_is_told_once_however_often_the_program_starts(world: World) -> None:
    write(world, "ACME", LAW)
    for _ in range(5):
        urgent_once(world.house)
        world.restart()
        world.clock.advance(timedelta(hours=30))
    write(world, "BOLT", LAW)
    urgent_once(world.house)
    assert [str(sent.mail["Subject"]).rpartition(": ")[2] for sent in world.told] == ["Acme Ltd"] * 2 + ["Bolt Ltd"] * 2


def test_what_came_at_once_is_told_in_one_mail(world: World) -> None:
    write(world, "ACME", LAW)
    write(world, "BOLT", DISTRESS)
    assert len(urgent_once(world.house)) == 2
    assert len(world.told) == 2
    assert str(world.told[0].mail["Subject"]).endswith("Acme Ltd and 1 more")
    assert "Bolt Ltd: distress" in world.told[0].text


def test_a_new_owner_is_told_what_still_waits_and_the_others_hear_nothing_twice(world: World) -> None:
    write(world, "ACME", LAW)
    urgent_once(world.house)
    world.use(replace(world.house, alerts_to=(*OWNERS, "nina@brightwater.example")))
    world.told.clear()
    urgent_once(world.house)
    assert [sent.to for sent in world.told] == ["nina@brightwater.example"]


def test_mail_of_nobody_we_know_is_told_without_a_name(world: World) -> None:
    with world.house.store.writing() as connection:
        case.open_one(connection, CaseKind.LEGAL, None, "it speaks of law", world.now, words=LAW)
    urgent_once(world.house)
    assert "somebody we do not know: law" in world.told[0].text


def test_closed_and_snoozed_cases_are_told_to_nobody(world: World) -> None:
    write(world, "ACME", LAW)
    (one,) = world.cases()
    with world.house.store.writing() as connection:
        case.snooze(connection, one, world.now + timedelta(days=1), world.now, "olivia")
    assert urgent_once(world.house) == ()
    with world.house.store.writing() as connection:
        case.resolve(connection, one.case_id, "talked", world.now, "olivia")
    world.clock.advance(timedelta(days=2))
    assert urgent_once(world.house) == ()


def test_sending_that_was_stopped_does_not_keep_it_back_but_draft_and_a_copy_do(world: World) -> None:
    write(world, "ACME", LAW)
    stop(world.house, "olivia")
    assert urgent_once(replace(world.house, instance="elsewhere")) == ()
    assert urgent_once(replace(world.house, ceiling=Mode.DRAFT)) == ()
    assert len(urgent_once(world.house)) == 1


@pytest.mark.parametrize("outcome", [Uncertain("lost"), Refused("550 no", Blame.MESSAGE), Killed()])
def test_what_may_have_left_is_never_told_again(world: World, outcome: Outcome | BaseException) -> None:
    world.use(replace(world.house, alerts_to=OWNERS[:1]))
    write(world, "ACME", LAW)
    world.email.next = [outcome]
    if isinstance(outcome, Killed):
        with pytest.raises(Killed):
            urgent_once(world.house)
    else:
        urgent_once(world.house)
    for _ in range(3):
        world.restart()
        world.clock.advance(timedelta(hours=1))
        urgent_once(world.house)
    assert world.told == []


def test_what_provably_did_not_leave_is_told_after_a_while(world: World) -> None:
    write(world, "ACME", LAW)
    world.email.down = Deferred("no connection", halts=True)
    urgent_once(world.house)
    world.email.down = None
    world.clock.advance(timedelta(minutes=14, seconds=59))
    assert urgent_once(world.house) == ()
    world.clock.advance(timedelta(seconds=1))
    assert len(urgent_once(world.house)) == 1
    assert len(world.told) == 2


def test_a_server_that_refused_the_log_in_is_left_in_peace(world: World) -> None:
    write(world, "ACME", LAW)
    with world.house.store.writing() as connection:
        halt.halt(connection, Channel.EMAIL, "535 no", world.now, locked_out=True)
    assert urgent_once(world.house) == ()
    world.clock.advance(timedelta(hours=1))
    assert len(urgent_once(world.house)) == 1


def test_no_header_comes_from_a_customers_name_or_words(world: World) -> None:
    world.change_customer("ACME", name="Acme\u2028Bcc: eve@evil.example =?utf-8?b?eA?=")
    world.export()
    world.take_ledger()
    write(world, "ACME", LAW)
    seen: list[OutgoingMessage] = []
    world.email.next = [lambda message: seen.append(message) or Deferred("kept")] * 2  # type: ignore[func-returns-value]  # append gives None, so the outcome counts
    urgent_once(world.house)
    head = seen[0].body.partition(b"\r\n\r\n")[0]
    assert b"\r\nBcc" not in head and b"=?utf-8?b?eA?=" not in head


# ---- pushes


def hear(world: World, *addresses: str) -> None:
    world.use(replace(world.house, pushes=tuple(Push(f"p{n}", each) for n, each in enumerate(addresses))))


@one_store
def test_a_push_names_the_customer_and_the_kind_and_none_of_their_words(world: World) -> None:
    world.use(replace(world.house, public_url="https://desk.example"))
    write(world, "ACME", LAW)
    with webhook() as hook:
        hear(world, hook.address)
        (number,) = urgent_once(world.house)
        assert urgent_once(world.house) == ()
    (post,) = hook.posts
    assert post["title"] == "reminderbot of Brightwater Gardens"
    assert post["message"] == f"law: Acme Ltd\nhttps://desk.example/cases/{number}"
    assert len(world.told) == 2


@one_store
def test_a_push_that_fails_is_logged_once_without_its_token_and_not_tried_again(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "reminderbot")
    with webhook() as hook:
        hook.answer = 500
        hear(world, hook.address)
        for name in ("ACME", "BOLT"):
            write(world, name, LAW)
            urgent_once(world.house)
            urgent_once(world.house)
    failures = [record for record in caplog.records if record.msg == "push_failed"]
    assert [record.ids["service"] for record in failures] == ["json"]  # type: ignore[attr-defined]  # put there by log()
    assert "canary-token" not in caplog.text + repr([vars(record) for record in caplog.records])
    assert len(hook.posts) == 2
    assert len(world.told) == 4, "the mails left all the same"


@one_store
def test_a_mail_server_that_refused_the_log_in_does_not_keep_a_push_back(world: World) -> None:
    write(world, "ACME", LAW)
    with world.house.store.writing() as connection:
        halt.halt(connection, Channel.EMAIL, "535 no", world.now, locked_out=True)
    with webhook() as hook:
        hear(world, hook.address)
        urgent_once(world.house)
        world.clock.advance(timedelta(hours=1))
        urgent_once(world.house)
    assert len(hook.posts) == 1
    assert len(world.told) == 2


@one_store
def test_a_stop_is_pushed_with_its_cure_and_without_what_anybody_said(world: World) -> None:
    with world.house.store.writing() as connection:
        halt.halt(connection, Channel.EMAIL, "<jane@acme.example>: Jane Roe is not for you", world.now)
    with webhook() as hook:
        hear(world, hook.address)
        alert_once(world.house)
        assert hook.posts == []
        for _ in range(3):
            world.clock.advance(timedelta(minutes=15))
            alert_once(world.house)
    (post,) = [one for one in hook.posts if "email halted" in one["message"]]
    assert post["message"].startswith("No reminders are leaving.\n")
    assert "email halted: mend the cause, then run `reminderbot go-live`" in post["message"]
    assert "Jane" not in repr(hook.posts)


@one_store
def test_a_stop_that_could_not_be_pushed_is_tried_after_a_while_though_the_mail_left(world: World) -> None:
    with world.house.store.writing() as connection:
        halt.halt(connection, Channel.EMAIL, "550 no", world.now)
    with webhook() as hook:
        hook.answer = 500
        hear(world, hook.address)
        alert_once(world.house)
        world.clock.advance(timedelta(minutes=15))
        alert_once(world.house)
        hook.answer = 200
        for _ in range(16):
            world.clock.advance(timedelta(minutes=1))
            alert_once(world.house)
    assert sum("email halted" in one["message"] for one in hook.posts) == 2
    assert sum("550" in sent.text for sent in world.told) == len(OWNERS)
