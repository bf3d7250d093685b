"""The daily digest: once a business day to every owner, what waits, was promised, leaves and stopped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from reminderbot.core.delivery import Accepted, Blame, Deferred, Outcome, Refused, Uncertain
from reminderbot.core.message import OutgoingMessage
from reminderbot.core.stop import Mode
from reminderbot.desk.digest import digest
from reminderbot.desk.sending import stop
from reminderbot.once import run_once
from reminderbot.runs.clock import remember_time
from reminderbot.runs.digest import digest_once
from reminderbot.store.tables import outbox
from tests.stories.world import Killed, World

OWNERS = ("olivia@brightwater.example", "carl@brightwater.example")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Monday 1 March 2027, eight in the morning; ACME owes two invoices, and is due for a letter on the 8th."""
    made = World(tmp_path / "world", more=f"[alerts]\nemail = {list(OWNERS)}".replace("'", '"'))
    made.invoice("INV-1", "ACME", "2027-03-05").invoice("INV-2", "BOLT", "2027-03-04", "80.00")
    made.begin()
    yield made
    made.close()


def tell(world: World) -> list[str]:
    """One look of the digest run; gives the words of the mails that left."""
    before = len(world.told)
    digest_once(world.house, digest)
    return [sent.text.replace("\r\n", "\n") for sent in world.told[before:]]


def live(world: World, when: str) -> list[str]:
    world.at(when)
    world.look()
    return tell(world)


# ---- what it tells


def test_it_tells_what_waits_was_promised_leaves_and_stopped(world: World) -> None:
    world.until("2027-03-08", "10:00")
    first = {sent.to: sent for sent in world.sent}
    world.answer("The goods never came, we dispute this.", first["acme@customer.example"])
    world.answer("We will pay this on 12 March 2027.", first["bolt@customer.example"])
    world.invoice("INV-3", "CORA", "2027-03-06")
    live(world, "2027-03-08 16:00")
    stop(world.house, "olivia")
    world.told.clear()
    words = live(world, "2027-03-09 08:00")[0]
    assert words.startswith("This is how things stand on Tuesday 9 March 2027.")
    assert "olivia stopped all sending" in words and "`reminderbot go-live`" in words
    assert "Acme Ltd: dispute, since yesterday, GBP 120.00" in words
    assert "“The goods never came, we dispute this.”" in words
    assert "Promised this week: GBP 80.00\n- Fri 12 Mar: Bolt Ltd, GBP 80.00" in words
    assert "Due today: 1 message" in words
    assert str(world.told[0].mail["Subject"]) == "reminderbot: nothing leaves, 1 waiting, GBP 80.00 promised this week"


def test_every_owner_has_it_and_it_is_marked_as_ours(world: World) -> None:
    tell(world)
    assert [sent.to for sent in world.told] == list(OWNERS)
    assert {sent.mail["X-Reminderbot"] for sent in world.told} == {"digest"}
    assert all(sent.mail["Auto-Submitted"] for sent in world.told)


def test_with_a_public_address_it_leads_to_the_desk_and_to_each_case(world: World) -> None:
    world.until("2027-03-08", "10:00")
    world.answer("We dispute this invoice.", world.sent[0])
    live(world, "2027-03-08 11:00")
    world.use(replace(world.house, public_url="https://desk.example"))
    (number,) = [one.case_id for one in world.cases()]
    (words, _) = live(world, "2027-03-09 08:00")
    assert f"  https://desk.example/cases/{number}\n" in words
    assert words.rstrip().endswith("The desk: https://desk.example/")


def test_a_long_list_is_cut_and_says_how_long_it_is(world: World) -> None:
    for n in range(15):
        world.answer(f"I have a question about invoice {n}?", sender=f"c{n}@customer.example")
        world.customer(f"C{n}").invoice(f"INV-{n + 10}", f"C{n}", "2027-04-30")
    world.export()
    world.take_ledger()
    live(world, "2027-03-01 12:00")
    words = live(world, "2027-03-02 08:00")[0]
    waiting = len(world.cases())
    assert waiting >= 15
    assert f"Waiting for a person: {waiting}" in words and f"- and {waiting - 12} more" in words


def test_what_a_server_said_of_a_customer_is_not_repeated(world: World) -> None:
    world.email.next = [
        Refused("answered MAIL with 550 5.7.1 <jane@acme.example>: Jane Roe is not for you", Blame.CHANNEL)
    ]
    world.until("2027-03-08", "10:00")
    words = "".join(live(world, "2027-03-09 08:00"))
    assert "answered MAIL with 550 5.7.1" in words
    assert "Jane Roe" not in words and "jane@" not in words


# ---- when


def test_over_a_week_with_restarts_every_business_day_has_one_and_a_quiet_one_none_but_the_first(world: World) -> None:
    world.until("2027-03-08", "10:00")
    world.pay("INV-1")
    world.pay("INV-2")
    told: list[str] = []
    for day in range(8, 23):
        for hour in ("07:59", "08:00", "08:05", "13:00", "23:59"):
            if (day, hour) > (8, "10:00"):
                told += [f"03-{day:02} {hour}"] * len(live(world, f"2027-03-{day:02} {hour}"))
                world.restart()
    # The 8th is told late, since nobody looked earlier.
    assert told == ["03-08 13:00"] * 2 + ["03-15 08:00"] * 2 + ["03-22 08:00"] * 2


def test_a_public_holiday_and_a_weekend_have_none(world: World) -> None:
    world.until("2027-03-24", "10:00")
    told = [day for day in range(25, 32) for _ in live(world, f"2027-03-{day} 09:00")[:1]]
    # Good Friday is the 26th, Easter Monday the 29th.
    assert 26 not in told and 27 not in told and 28 not in told and 29 not in told
    assert 30 in told, "the first business day of the week"


def test_an_empty_hour_switches_it_off_and_so_does_nobody_to_tell(world: World) -> None:
    for house in (replace(world.house, digest_at=None), replace(world.house, alerts_to=())):
        assert digest_once(house, digest) == 0
    assert digest_once(replace(world.house, digest_at=time(8, 1)), digest) == 0
    assert digest_once(world.house, digest) == 2


def test_nobody_is_told_before_go_live_nor_by_a_copy_nor_by_a_clock_in_doubt(world: World) -> None:
    assert digest_once(replace(world.house, instance="elsewhere"), digest) == 0
    assert digest_once(replace(world.house, ceiling=Mode.DRAFT), digest) == 0
    remember_time(world.house)
    right = world.now
    world.clock.set_to(right + timedelta(days=7))
    assert tell(world) == []
    world.clock.set_to(right)
    assert len(tell(world)) == 2


def test_a_run_from_cron_tells_it_too_and_once(world: World) -> None:
    for _ in range(2):
        run_once(world.house, lambda _line: None)
    assert [sent.tier for sent in world.told] == ["digest", "digest"]


# ---- at most once


@pytest.mark.parametrize("outcome", [Uncertain("lost"), Refused("550 no", Blame.CHANNEL), Killed()])
def test_what_may_have_left_is_not_sent_again_that_day(world: World, outcome: Outcome | BaseException) -> None:
    world.email.next = [outcome]
    if isinstance(outcome, Killed):
        with pytest.raises(Killed):
            tell(world)
        world.restart()
    else:
        tell(world)
    before = len(world.email.tried)
    for hour in range(9, 24):
        world.clock.move_to(world.now.replace(hour=hour))
        assert tell(world) == []
    assert len(world.email.tried) == before


def test_who_could_not_be_told_is_told_after_a_while_and_nobody_twice(world: World) -> None:
    world.email.next = [Accepted("a"), Deferred("450 greylisted")]
    tell(world)
    world.clock.advance(timedelta(minutes=14, seconds=59))
    assert tell(world) == []
    world.clock.advance(timedelta(seconds=1))
    world.told.clear()
    tell(world)
    assert [sent.to for sent in world.told] == [OWNERS[1]]


def test_a_server_that_refused_the_log_in_is_left_in_peace(world: World) -> None:
    opened: list[int] = []

    class Closed:
        def open(self) -> Deferred:
            opened.append(1)
            return Deferred("535 no", halts=True, locked_out=True)

        def send(self, message: OutgoingMessage) -> Outcome:
            raise AssertionError("it is closed")

        def close(self) -> None: ...

    closed = replace(world.house, channels=dict.fromkeys(world.house.channels, Closed))
    for _ in range(59):
        digest_once(closed, digest)
        world.clock.advance(timedelta(minutes=1))
    assert len(opened) == 1
    world.clock.advance(timedelta(minutes=1))
    assert digest_once(world.house, digest) == 2


def test_it_is_no_message_to_a_customer_and_counts_in_no_limit(world: World) -> None:
    world.use(replace(world.house, limits=replace(world.house.limits, per_day=1)))
    tell(world)
    with world.house.store.reading() as connection:
        assert connection.execute(outbox.select()).all() == []
    assert len(world.at("2027-03-01 10:00")) == 1


def test_a_digest_that_comes_back_into_our_inbox_is_nobodys_answer(world: World) -> None:
    tell(world)
    world.deliver_raw(world.told[0].message.body)
    world.look()
    assert world.cases() == []
    mail = message_from_bytes(world.told[0].message.body, policy=policy.default)
    assert mail["From"].addresses[0].addr_spec == "accounts@brightwater.example"
