"""The delivery run under every outcome and every fault: at most one copy, nothing lost without a word."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from reminderbot.core.delivery import Accepted, Blame, Deferred, Outcome, Refused, Uncertain
from reminderbot.core.ladder import Channel
from reminderbot.core.message import OutgoingMessage
from reminderbot.core.stop import Mode
from reminderbot.desk.sending import approvable, approve, go_live, stop
from reminderbot.runs import deliver
from reminderbot.runs.recover import recover
from reminderbot.store import contact, halt, outbox
from reminderbot.store.sendlog import Attempt, SendLog
from reminderbot.store.tables import outbox as outbox_table
from reminderbot.store.tables import outbox_step
from tests.stories.world import Killed, World, moment

Make = Callable[..., World]
TEXTS = {"phone": "+447700900123", "sms_consent": "yes", "sms_consent_on": "2027-01-05", "sms_consent_how": "form"}
MANY = [f"C{n}" for n in range(9)]


def bodies(messages: Iterable[OutgoingMessage]) -> list[bytes]:
    return [message.body for message in messages]


# ---- outcomes


def test_an_accepted_message_is_settled_with_the_servers_reference(make_world: Make) -> None:
    world = make_world("ACME")
    done = world.deliver()
    assert (done.accepted, world.states()) == (1, ["accepted"])
    row = world.reminder(1)
    assert row.reference == "ok-1-1"
    assert bytes(row.body) == world.sent[0].message.body
    assert row.message_id == str(world.sent[0].mail["Message-ID"])


def test_a_deferred_message_is_tried_again_with_the_same_bytes_and_message_id(make_world: Make) -> None:
    world = make_world("ACME")
    world.email.next = [Deferred("421 come back later"), Deferred("451 greylisted")]
    assert world.deliver().deferred == 1
    assert world.states() == ["planned"]
    for minutes, tries in ((4, 1), (1, 2), (9, 2), (1, 3)):
        world.clock.advance(timedelta(minutes=minutes))
        world.tick()
        assert len(world.email.tried) == tries
    assert world.states() == ["accepted"]
    assert len(set(bodies(world.email.tried))) == 1
    assert len({message.message_id for message in world.email.tried}) == 1


def test_a_retry_after_money_came_in_says_the_new_sum_under_the_same_message_id(make_world: Make) -> None:
    world = make_world("ACME")
    world.email.next = [Deferred("421")]
    world.deliver()
    world.pay("INV-0", "100.00")
    world.clock.advance(timedelta(minutes=5))
    world.tick()
    first, second = world.email.tried
    assert first.message_id == second.message_id
    assert "GBP 20.00" in world.sent[0].text


def test_a_retry_is_not_made_where_an_answer_came_meanwhile(make_world: Make) -> None:
    world = make_world("ACME")
    world.email.next = [Deferred("421")]
    world.deliver()
    world.answer("We dispute this invoice.", sender="acme@customer.example")
    world.clock.advance(timedelta(minutes=5))
    world.tick()
    assert len(world.email.tried) == 1
    assert world.states() == ["withdrawn"]


def test_a_text_tried_again_may_not_stay_with_the_carrier_beyond_their_window(make_world: Make) -> None:
    world = make_world(sms=True, start="2027-03-01 08:00")
    world.customer("ACME", email="", **TEXTS).invoice("INV-1", "ACME", "2027-02-10")
    world.sms.next = [Deferred("429", wait=timedelta(hours=4))]
    # Nothing by mail: the first tiers have none but a letter, so a text comes with the check-in only.
    world.change_customer("ACME", email="ann@acme.example")
    world.at("2027-03-08 10:30")
    world.at("2027-03-15 11:00")
    world.at("2027-03-16 12:00")
    assert [m.valid_for for m in world.sms.tried] == [timedelta(hours=4)]
    # Their day ends at 17:00, and the carrier has the text up to three minutes after the claim.
    world.at("2027-03-16 16:20")
    assert [m.valid_for for m in world.sms.tried] == [timedelta(hours=4), timedelta(minutes=27)]
    assert len(set(bodies(world.sms.tried))) == 1


def test_a_refused_address_is_closed_and_a_person_called(make_world: Make) -> None:
    world = make_world("ACME")
    world.email.next = [Refused("550 5.1.1 no such user", Blame.ADDRESS)]
    assert world.tick() == []
    assert world.states() == ["refused"]
    assert world.case_kinds("ACME") == ["unreachable"]
    assert world.until("2027-04-09", "11:00", step=2) == []
    assert len(world.email.tried) == 1
    # A new address in the books is another matter.
    world.change_customer("ACME", email="new@customer.example")
    assert [sent.to for sent in world.at("2027-04-12 10:00")] == ["new@customer.example"]


def test_a_stop_that_only_the_carrier_heard_is_an_opt_out_like_any_other(make_world: Make) -> None:
    world = make_world(sms=True)
    world.customer("ACME", **TEXTS).invoice("INV-1", "ACME", "2027-03-05")
    world.sms.next = [Refused("21610 unsubscribed", Blame.OPT_OUT)]
    world.at("2027-03-08 10:30")
    world.at("2027-03-15 11:00")
    world.at("2027-03-16 12:00")
    assert len(world.sms.tried) == 1
    with world.house.store.reading() as connection:
        digest = world.house.gatherer.hash_of(TEXTS["phone"])
        by_hash, by_customer = contact.closed(connection, ["ACME"], [digest])
    assert by_hash[digest][0][:2] == (Channel.SMS, contact.OPTED_OUT)
    assert "ACME" in by_customer
    # What is left, the letters, needs a person's yes from now on.
    world.until("2027-05-14", "11:00", step=3)
    assert len(world.sms.tried) == 1
    assert [sent.tier for sent in world.sent] == ["gentle", "check-in"]


def test_a_letter_refused_as_it_is_waits_for_a_person_and_is_not_tried_at_every_tick(make_world: Make) -> None:
    world = make_world("ACME")
    world.email.next = [Refused("552 too large", Blame.MESSAGE)]
    world.tick()
    for _ in range(5):
        world.clock.advance(timedelta(minutes=20))
        world.tick()
    assert (len(world.email.tried), world.case_kinds("ACME"), world.hold_kinds("ACME")) == (
        1,
        ["delivery"],
        ["delivery"],
    )
    world.release("ACME")
    assert [sent.tier for sent in world.tick()] == ["gentle"]


def test_a_channel_that_refuses_us_is_halted_and_nobody_is_blamed(make_world: Make) -> None:
    world = make_world(*MANY)
    world.email.next = [Accepted("q1"), Refused("550 5.7.1 you are blocked", Blame.CHANNEL)]
    done = world.deliver()
    assert (done.accepted, done.refused, done.deferred) == (1, 1, 7)
    world.clock.advance(timedelta(hours=1))
    world.tick()
    assert len(world.email.tried) == 2
    assert world.case_kinds() == []
    # Mended: everybody hears from us, also the one whose letter was refused.
    go_live(world.house, "olivia")
    world.clock.advance(timedelta(hours=1))
    world.tick()
    assert len({sent.to for sent in world.sent}) == len(world.sent) == 9


def test_an_uncertain_message_is_never_sent_again_and_shown_to_a_person(make_world: Make) -> None:
    world = make_world("ACME")
    world.email.next = [Uncertain("no answer after the final dot")]
    world.tick()
    assert world.states() == ["uncertain"]
    assert world.case_kinds("ACME") == ["delivery"]
    # Said, for all we know: the next tier comes in its turn.
    world.until("2027-03-16", "11:00", step=1)
    assert [sent.tier for sent in world.sent] == ["check-in"]
    assert len(world.email.tried) == 2


def test_one_refused_customer_does_not_keep_back_the_others(make_world: Make) -> None:
    world = make_world(*MANY)
    world.email.next = [Refused("no such user", Blame.ADDRESS), Uncertain("timeout"), Deferred("greylisted")]
    done = world.deliver()
    assert (done.refused, done.uncertain, done.deferred, done.accepted) == (1, 1, 1, 6)


def test_a_server_that_cannot_be_reached_loses_nothing(make_world: Make) -> None:
    world = make_world(*MANY)
    world.email.down = Deferred("cannot connect", halts=True)
    assert world.deliver().troubles == ["cannot connect"]
    assert set(world.states()) == {"planned"}
    assert world.house.send_log.newest() == 0
    world.email.down = None
    world.clock.advance(timedelta(minutes=6))
    assert len(world.tick()) == 9


def test_texts_in_trouble_do_not_keep_back_letters(make_world: Make) -> None:
    world = make_world(sms=True)
    for n in range(25):
        world.customer(f"T{n}", **(TEXTS | {"phone": f"+4477009{n:05}"})).invoice(f"INV-T{n}", f"T{n}", "2027-03-05")
    world.at("2027-03-08 10:30")
    world.at("2027-03-09 10:30")
    world.at("2027-03-15 11:00")
    world.at("2027-03-16 10:00")
    world.sms.next = [Refused("30007 filtered", Blame.CHANNEL)]
    world.invoice("INV-X", "OTHER", "2027-03-12")
    world.at("2027-03-16 12:00")
    world.clock.advance(timedelta(minutes=30))
    world.tick()
    assert "other@customer.example" in [sent.to for sent in world.sent]
    assert len(world.sms.tried) == 1


# ---- the switch


def test_a_stop_file_that_is_a_link_to_nothing_stops_all_the_same(make_world: Make) -> None:
    world = make_world("ACME")
    world.house.stop_file.symlink_to("nowhere")
    world.deliver()
    assert world.sent == []
    world.house.stop_file.unlink()
    world.deliver()
    assert len(world.sent) == 1


def test_the_stop_file_holds_between_two_messages_of_a_batch(make_world: Make) -> None:
    world = make_world(*MANY)

    def pull(message: OutgoingMessage) -> Outcome:
        world.house.stop_file.touch()
        return Accepted("q1")

    world.email.next = [Accepted("q0"), pull]
    done = world.deliver()
    assert (done.accepted, done.deferred, len(world.email.tried)) == (2, 7, 2)
    world.clock.advance(timedelta(hours=1))
    assert world.tick() == []
    world.house.stop_file.unlink()
    assert len(world.tick()) == 7


def test_the_end_of_the_program_holds_between_two_messages_too(make_world: Make) -> None:
    world = make_world(*MANY)

    def end(message: OutgoingMessage) -> Outcome:
        world.house.ending.set()
        return Accepted("q1")

    world.email.next = [end]
    assert world.deliver().accepted == 1
    assert len(world.email.tried) == 1
    world.house.ending.clear()
    assert world.restart() == (0, 0)
    world.clock.advance(timedelta(minutes=6))
    assert len(world.tick()) == 8


def test_a_batch_so_slow_that_its_gates_are_stale_is_asked_again(make_world: Make) -> None:
    world = make_world(*MANY)

    def slow(message: OutgoingMessage) -> Outcome:
        world.clock.advance(timedelta(hours=9))
        return Accepted("q1")

    world.email.next = [slow]
    world.deliver()
    assert len(world.email.tried) == 1


# ---- deaths


class Dying(SendLog):
    """A send log that the power fails at, before or after the line is on the disk."""

    def __init__(self, real: SendLog, after: bool) -> None:
        super().__init__(real.path)
        self._after = after

    def append(self, attempts: Iterable[Attempt]) -> None:
        if self._after:
            super().append(attempts)
        raise Killed


def lives_on(world: World, first: int, states: list[str]) -> None:
    """After the restart: what was uncertain is never sent, the rest is sent once."""
    world.restart()
    assert world.states() == states
    for _ in range(4):
        world.clock.advance(timedelta(hours=1))
        world.tick()
    tried = [message.reminder_id for message in world.email.tried]
    assert len(tried) == len(set(tried)), "somebody got two copies"
    assert set(tried[first:]).isdisjoint(str(n + 1) for n, state in enumerate(states) if state == "uncertain")
    assert set(world.states()) <= {"accepted", "uncertain"}


def test_death_before_the_channel_opens_loses_nothing(make_world: Make) -> None:
    world = make_world(*MANY)
    fail = {Channel.EMAIL: lambda: (_ for _ in ()).throw(Killed())}
    with pytest.raises(Killed):
        deliver.deliver_once(replace(world.house, channels=fail), world._looked)
    lives_on(world, 0, ["planned"] * 9)
    assert len(world.sent) == 9


@pytest.mark.parametrize("after", [False, True])
def test_death_at_the_send_log_sends_nothing_and_leaves_it_uncertain(make_world: Make, after: bool) -> None:
    world = make_world(*MANY)
    with pytest.raises(Killed):
        deliver.deliver_once(replace(world.house, send_log=Dying(world.house.send_log, after)), world._looked)
    lives_on(world, 0, ["uncertain"] * 9)
    assert world.sent == []
    assert sorted(set(world.case_kinds())) == ["delivery"]


def test_death_in_the_middle_of_a_batch_sends_nobody_a_second_copy(make_world: Make) -> None:
    world = make_world(*MANY)
    world.email.next = [Accepted("q0"), Accepted("q1"), Killed()]
    with pytest.raises(Killed):
        world.deliver()
    lives_on(world, 3, ["uncertain"] * 9)


def test_a_bug_in_a_channel_leaves_its_message_uncertain_and_does_not_stop_tomorrow(make_world: Make) -> None:
    world = make_world("ACME")
    world.email.next = [RuntimeError("a bug")]
    world.deliver()
    assert world.states() == ["uncertain"]
    assert world.case_kinds("ACME") == ["delivery"]
    world.until("2027-03-16", "11:00")
    assert [sent.tier for sent in world.sent] == ["check-in"]


def test_a_bug_in_a_channel_risks_one_message_and_leaves_the_others_unsent(make_world: Make) -> None:
    world = make_world(*MANY)
    world.email.next = [Accepted("q0"), RuntimeError("a bug")]
    world.deliver()
    states = world.states()
    assert (states.count("accepted"), states.count("uncertain")) == (1, 1)
    assert states.count("planned") == len(states) - 2


def test_a_full_disk_at_the_send_log_sends_nothing_and_tries_again(make_world: Make) -> None:
    world = make_world("ACME")

    class Full(SendLog):
        def append(self, attempts: Iterable[Attempt]) -> None:
            raise OSError(28, "No space left on device")

    done = deliver.deliver_once(replace(world.house, send_log=Full(world.house.send_log.path)), world._looked)
    assert "No space left on device" in done.troubles[0]
    assert (world.email.tried, world.states()) == ([], ["planned"])
    world.clock.advance(timedelta(minutes=6))
    assert len(world.tick()) == 1


def test_recovering_twice_changes_nothing_more(make_world: Make) -> None:
    world = make_world("ACME")
    with world.house.store.writing() as connection:
        rows = outbox.planned(connection)
        facts = world.house.gatherer.gather(connection, ["ACME"], world.now)
        message = OutgoingMessage(
            "1", Channel.EMAIL, "us@here.example", rows[0].recipient, b"hello", "<1@here.example>"
        )
        outbox.claim(connection, [outbox.Claim(rows[0], message, facts["ACME"].account.items)], world.now)
    assert world.states() == ["claimed"]
    assert recover(world.house) == (1, 0)
    assert recover(world.house) == (0, 0)
    assert world.states() == ["planned"]


def test_a_claim_that_was_taken_back_meanwhile_is_not_sent(make_world: Make) -> None:
    world = make_world("ACME")

    with world.house.store.writing() as connection:
        (row,) = outbox.planned(connection)
        facts = world.house.gatherer.gather(connection, ["ACME"], world.now)
        message = OutgoingMessage("1", Channel.EMAIL, "us@here.example", row.recipient, b"hello", "<1@here.example>")
        outbox.claim(connection, [outbox.Claim(row, message, facts["ACME"].account.items)], world.now)
        outbox.recover(connection, world.now)
        with pytest.raises(outbox.LostClaim):
            outbox.mark_onwire(connection, [row.reminder_id], world.now)


# ---- two at once


def test_what_is_due_otherwise_since_it_was_planned_is_not_sent_as_it_was(make_world: Make) -> None:
    world = make_world("ACME")
    # Another bill falls due between planning and sending: one letter over both, not one about the first alone.
    world.invoice("INV-NEW", "ACME", "2027-03-04")
    world.export()
    world.take_ledger()
    assert world.deliver().withdrawn == 1
    assert world.sent == []
    world.plan()
    world.deliver()
    (letter,) = world.sent
    assert set(letter.lists) == {"INV-0", "INV-NEW"}


def test_a_step_that_another_reminder_has_taken_is_left_to_a_person(make_world: Make) -> None:
    world = make_world("ACME")
    with world.house.store.writing() as connection:
        row = connection.execute(outbox_table.select()).one()._asdict()
        facts = world.house.gatherer.gather(connection, ["ACME"], world.now)["ACME"]
        ((invoice, tier, _),) = row["steps"]
        # It was tried long ago, in a way that counts as taken but not as said.
        connection.execute(outbox_table.insert().values(row | {"reminder_id": 999, "state": "not_sent"}))
        step = {"reminder_id": 999, "invoice": invoice, "round": facts.account.items[0].round, "tier": tier}
        taken = step | {"channel": row["channel"], "recipient_hash": row["recipient_hash"]}
        connection.execute(outbox_step.insert().values(taken))
    done = world.deliver()
    assert (done.withdrawn, world.sent) == (1, [])
    (case,) = world.cases("ACME")
    assert "was already sent for INV-0" in case.why


def test_two_workers_on_one_store_never_send_the_same_reminder(make_world: Make) -> None:
    world = make_world(*[f"C{n}" for n in range(20)])
    barrier, errors = threading.Barrier(2), []

    def work() -> None:
        barrier.wait()
        try:
            deliver.deliver_once(world.house, lambda: None)
        except Exception as error:
            errors.append(error)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert errors == []
    tried = [message.reminder_id for message in world.email.tried]
    assert sorted(tried, key=int) == [str(n) for n in range(1, 21)]
    assert set(world.states()) == {"accepted"}


def test_two_planners_plan_one_reminder(make_world: Make) -> None:
    world = make_world()
    world.invoice("INV-1", "ACME", "2027-03-05")
    world.export()
    world.take_ledger()
    barrier = threading.Barrier(2)

    def work() -> None:
        barrier.wait()
        world.plan()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert world.states() == ["planned"]


# ---- caps


@pytest.mark.parametrize(("cap", "first"), [(8, 8), (9, 9), (10, 9)])
def test_new_conversations_begin_at_most_so_many_a_day(make_world: Make, cap: int, first: int) -> None:
    world = make_world(*MANY, sending=f"first_contacts_per_day = {cap}")
    assert len(world.tick()) == first
    world.at("2027-03-08 16:00")
    assert len(world.sent) == first
    world.at("2027-03-09 09:30")
    assert len({sent.to for sent in world.sent}) == len(world.sent) == 9


@pytest.mark.parametrize(("cap", "first"), [(8, 8), (9, 9), (10, 9)])
def test_at_most_so_many_leave_in_a_day(make_world: Make, cap: int, first: int) -> None:
    world = make_world(*MANY, sending=f"max_per_day = {cap}")
    assert len(world.tick()) == first
    world.at("2027-03-08 16:00")
    assert len(world.sent) == first
    world.at("2027-03-09 09:30")
    assert len(world.sent) == 9


@pytest.mark.parametrize(("limit", "texts"), [(1, 1), (500, 3)])
def test_text_messages_stop_for_the_month_when_their_segments_are_used_up(
    make_world: Make, limit: int, texts: int
) -> None:
    world = make_world(sms=True, more=f"monthly_limit = {limit}")
    for n in range(3):
        world.customer(f"T{n}", **(TEXTS | {"phone": f"+4477009{n:05}"})).invoice(f"INV-T{n}", f"T{n}", "2027-03-05")
    for day in ("08 10:30", "15 11:00", "16 12:00", "17 12:00", "18 12:00"):
        world.at(f"2027-03-{day}")
    assert len(world.sms.tried) == texts


@pytest.mark.parametrize(("cap", "first"), [(8, 8), (9, 9), (10, 9)])
def test_at_most_so_many_leave_in_an_hour(make_world: Make, cap: int, first: int) -> None:
    world = make_world(*MANY, sending=f"max_per_hour = {cap}")
    assert len(world.tick()) == first
    world.at("2027-03-08 10:59")
    assert len(world.sent) == first
    world.at("2027-03-08 11:15")
    assert len(world.sent) == 9


@pytest.mark.parametrize(("size", "waits"), [(19, False), (20, True), (21, True)])
def test_a_batch_far_larger_than_usual_waits_for_a_person(make_world: Make, size: int, waits: bool) -> None:
    world = make_world("C0", "C1")
    world.tick()
    for n in range(size):
        world.invoice(f"INV-N{n}", f"N{n}", "2027-03-06")
    world.at("2027-03-09 10:00")
    assert len(world.sent) == (2 if waits else 2 + size)
    done = deliver.deliver_once(world.house, world._looked)
    assert [one.kind for one in done.stops] == (["unusual batch"] if waits else [])


def says_yes(world: World) -> None:
    with world.house.store.reading() as connection:
        approve(world.house, "olivia", [one.reminder_id for one in approvable(connection, Mode.LIVE)])


def waiting_batch(make_world: Make) -> World:
    """Two letters are usual, and twenty-five wait."""
    world = make_world("C0", "C1", sending="first_contacts_per_day = 100")
    world.tick()
    for n in range(25):
        world.invoice(f"INV-N{n}", f"N{n}", "2027-03-06")
    assert world.at("2027-03-09 10:00") == []
    return world


@pytest.mark.parametrize("lets_go", [says_yes, lambda world: go_live(world.house, "olivia")])
def test_a_large_batch_leaves_after_a_persons_yes_and_a_larger_one_than_they_saw_asks_again(
    make_world: Make, lets_go: Callable[[World], None]
) -> None:
    world = waiting_batch(make_world)
    lets_go(world)
    world.invoice("INV-N25", "N25", "2027-03-06")
    assert world.at("2027-03-09 10:05") == []
    lets_go(world)
    assert len(world.at("2027-03-09 10:10")) == 26


def test_a_large_batch_that_was_shown_at_go_live_does_not_wait_for_a_second_yes(make_world: Make) -> None:
    world = make_world("C0", "C1", sending="first_contacts_per_day = 100")
    world.tick()
    stop(world.house, "olivia")
    for n in range(25):
        world.invoice(f"INV-N{n}", f"N{n}", "2027-03-06")
    assert world.at("2027-03-09 10:00") == []
    go_live(world.house, "olivia")
    assert len(world.at("2027-03-09 10:05")) == 25


@pytest.mark.parametrize(("minutes", "leave"), [(24 * 60 - 1, 25), (24 * 60, 0)])
def test_a_yes_to_a_large_batch_holds_for_a_day(make_world: Make, minutes: int, leave: int) -> None:
    world = waiting_batch(make_world)
    says_yes(world)
    world.clock.advance(timedelta(minutes=minutes))
    assert len(world.tick()) == leave


def test_the_kill_switch_is_told_as_the_reason(make_world: Make) -> None:
    world = make_world("ACME")
    stop(world.house, "olivia")
    done = world.deliver()
    assert [one.kind for one in done.stops] == ["stopped"]
    assert world.states() == ["planned"]


def delivered(world: World) -> tuple[deliver.Delivered, bool]:
    """What a delivery run did, and whether it asked the inboxes."""
    looks: list[None] = []

    def look() -> None:
        looks.append(None)
        world.look()

    return deliver.deliver_once(world.house, look), bool(looks)


def by_switch(world: World) -> None:
    stop(world.house, "olivia")


def by_file(world: World) -> None:
    world.house.stop_file.touch()


def by_an_old_ledger(world: World) -> None:
    world.clock.move_to(moment("2027-03-10 11:00"))


def by_the_clock(world: World) -> None:
    world.clock.set_to(world.now + timedelta(hours=3))


@pytest.mark.parametrize("stopped", [by_switch, by_file, by_an_old_ledger, by_the_clock])
def test_while_a_stop_stands_no_inbox_is_asked_before_a_letter_that_cannot_leave(
    make_world: Make, stopped: Callable[[World], None]
) -> None:
    world = make_world("ACME")
    stopped(world)
    done, looked = delivered(world)
    assert (looked, world.states(), len(done.stops)) == (False, ["planned"], 1)


def test_an_inbox_that_was_not_read_lately_is_read_and_the_letter_leaves(make_world: Make) -> None:
    world = make_world("ACME", sms=True)
    world.clock.advance(timedelta(minutes=10))
    done, looked = delivered(world)
    assert (looked, world.states(), done.stops) == (True, ["accepted"], ())


@pytest.mark.parametrize("halted", ["sms", "sms to +44", "email", "sms to +1"])
def test_no_inbox_is_asked_before_a_text_while_its_channel_is_halted(make_world: Make, halted: str) -> None:
    world = make_world(sms=True)
    world.customer("ACME", **TEXTS).invoice("INV-1", "ACME", "2027-03-05")
    world.at("2027-03-08 10:30")
    world.at("2027-03-15 11:00")
    world.clock.move_to(moment("2027-03-16 12:00"))
    world.export()
    world.take_ledger()
    world.plan()
    with world.house.store.writing() as connection:
        halt.halt(connection, halted, "30007 filtered", world.now)
    leaves = halted in ("email", "sms to +1")
    done, looked = delivered(world)
    assert (looked, len(world.sms.tried)) == (leaves, int(leaves))
    assert [one.kind for one in done.stops] == [f"{halted} halted"]


# ---- a store older than the send log


def test_a_store_restored_from_a_backup_sends_nothing_until_a_person_adopts_it(make_world: Make) -> None:
    world = make_world("ACME")
    world.house.send_log.append([Attempt(41, 1, "feed", world.now)])
    assert world.tick() == []
    go_live(world.house, "olivia")
    assert world.tick() == []
    go_live(world.house, "olivia", adopt=True)
    assert len(world.tick()) == 1


# ---- a day on which only some regions rest


def test_a_ledger_grows_older_on_a_holiday_that_only_some_regions_keep(make_world: Make) -> None:
    # Easter Monday is kept in England and not in Scotland: somebody may have paid since Thursday.
    world = make_world(sending="only_when_we_work = false")
    world.exports_daily = False
    world.customer("ACME", time_zone="America/New_York", country="US").invoice("INV-1", "ACME", "2027-03-20")
    world.at("2027-03-25 08:00")
    world.export()
    world.take_ledger()
    assert world.at("2027-03-29 15:00") == []
    world.export()
    world.take_ledger()
    assert len(world.at("2027-03-29 15:01")) == 1
