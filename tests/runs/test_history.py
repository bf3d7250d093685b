"""The store and what lies beside it: what was cut, lost, exchanged or put back stops all sending, and says so."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from reminderbot.config import load_config
from reminderbot.core.stop import Stop
from reminderbot.desk.refusal import Refused
from reminderbot.desk.sending import go_live
from reminderbot.door import standing_stops
from reminderbot.runs.clock import remember_time
from reminderbot.store import outbox, setting
from reminderbot.store.sendlog import Attempt, SendLog, Step
from reminderbot.store.tables import journal
from reminderbot.wiring import build_house
from tests.stories.world import SECRETS, World

Make = Callable[..., World]


def history_stops(world: World) -> dict[str, Stop]:
    with world.house.store.reading() as connection:
        found = standing_stops(world.house, connection, world.now)
    return {stop.kind: stop for stop in found if stop.kind in ("lost history", "send log", "secret key")}


def log_of(world: World) -> Path:
    return world.house.send_log.path


def next_letters(world: World) -> int:
    return len(world.at("2027-03-15 11:00"))


def test_an_ordinary_life_with_restarts_stops_nothing(make_world: Make) -> None:
    world = make_world("ACME")
    assert len(world.tick()) == 1
    world.restart()
    remember_time(world.house)
    assert history_stops(world) == {}
    assert next_letters(world) == 1


def make_folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()


def link_to_nothing(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to("nowhere")


def link_to_itself(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(path.name)


def make_pipe(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


HARMS: dict[str, Callable[[Path], object]] = {
    "is a folder": make_folder,
    "is a link to nothing": link_to_nothing,
    "cannot be read (Too many levels of symbolic links)": link_to_itself,
    "is no file": make_pipe,
    "holds no line of ours": lambda path: path.write_text("a shopping list\nmilk\n" * 500),
}


# What the journal's end says is but a number.
UNFIT = [("sends.log", why) for why in HARMS] + [("journal-end", why) for why in HARMS if why.startswith(("is", "can"))]


@pytest.mark.parametrize(("name", "why"), UNFIT)
def test_what_is_no_send_log_stops_everything_with_its_place_and_cure(make_world: Make, name: str, why: str) -> None:
    world = make_world("ACME")
    world.tick()
    path = log_of(world).with_name(name)
    HARMS[why](path)
    world.restart()
    remember_time(world.house)

    stop = history_stops(world)["send log"]

    assert stop.why == f"the send log {path} {why}: what was sent can no longer be proved"
    assert stop.cure.startswith("move it away and put the newest send log there, or ")
    assert next_letters(world) == 0
    with pytest.raises(Refused, match="move it away first"):
        go_live(world.house, "olivia", adopt=True)
    go_live(world.house, "olivia")
    assert "send log" in history_stops(world)


def test_a_longer_log_of_another_installation_is_not_taken_for_ours_grown(make_world: Make) -> None:
    world = make_world("ACME")
    world.tick()
    path = log_of(world)
    path.write_bytes(path.read_bytes().replace(b"T10", b"T11") * 2)

    world.restart()

    assert "not the file that this store wrote" in history_stops(world)["send log"].why


@pytest.mark.parametrize("harm", ["removed", "cut", "edited", "copied"])
def test_a_send_log_that_was_touched_stops_everything_until_a_person_adopts_it(make_world: Make, harm: str) -> None:
    world = make_world("ACME")
    world.tick()
    path = log_of(world)
    whole = path.read_bytes()
    if harm == "removed":
        path.unlink()
    else:
        path.write_bytes({"cut": whole[:-20], "edited": whole.replace(b" 1 ", b" 2 "), "copied": whole}[harm])
    world.restart()
    found = history_stops(world)
    assert "send log" in found
    assert "--adopt" in found["send log"].cure
    assert next_letters(world) == 0
    go_live(world.house, "olivia")
    assert "send log" in history_stops(world)
    go_live(world.house, "olivia", adopt=True)
    assert history_stops(world) == {}
    assert next_letters(world) == 1


def test_without_its_own_secret_key_nothing_leaves(make_world: Make) -> None:
    world = make_world("ACME")
    world.tick()
    key = world.folder / "state" / "secret.key"
    kept = key.read_text()
    key.unlink()
    path = world.folder / "config.toml"
    for _ in range(2):
        house = build_house(load_config(path, SECRETS), world.clock)
        world.house = dataclasses.replace(world.house, keys=house.keys)
        house.store.close()
        assert set(history_stops(world)) == {"secret key"}
        # Saying yes again is no cure: addresses that were closed would be written to.
        go_live(world.house, "olivia", adopt=True)
    key.write_text(kept)
    house = build_house(load_config(path, SECRETS), world.clock)
    world.house = dataclasses.replace(world.house, keys=house.keys)
    house.store.close()
    assert history_stops(world) == {}


def test_a_store_behind_its_own_folder_is_noticed_though_nothing_was_sent(make_world: Make) -> None:
    world = make_world("ACME")
    remember_time(world.house)
    log = world.house.send_log
    log.note_journal(log.journal() + 1)
    assert set(history_stops(world)) == {"lost history"}
    # The daemon goes on looking; it must not take the mark back.
    remember_time(world.house)
    assert set(history_stops(world)) == {"lost history"}
    go_live(world.house, "olivia", adopt=True)
    assert history_stops(world) == {}


def test_a_journal_that_outruns_the_mark_is_nothing(make_world: Make) -> None:
    world = make_world("ACME")
    remember_time(world.house)
    with world.house.store.writing() as connection:
        row = {"at": world.now, "kind": "imported", "actor": "x", "customer_id": None, "data": {}}
        connection.execute(insert(journal), row)
    assert history_stops(world) == {}


def test_what_only_the_log_knows_is_told_by_its_numbers_and_taken_as_said(make_world: Make) -> None:
    world = make_world("ACME", "BOLT")
    world.restart()
    digest = world.house.gatherer.hash_of("acme@customer.example")
    step = Step("INV-0", 1, "gentle", 3)
    with world.house.store.reading() as connection:
        planned = {row.customer_id: row for row in outbox.planned(connection)}
    assert {row.tier for row in planned.values()} == {"gentle"}
    world.house.send_log.append([Attempt(planned["ACME"].reminder_id, 1, digest, world.now, steps=(step,))])
    (stop,) = history_stops(world).values()
    assert f"the send log knows reminder {planned['ACME'].reminder_id} as tried" in stop.why
    go_live(world.house, "olivia", adopt=True)
    assert [sent.to for sent in world.tick()] == ["bolt@customer.example"]
    assert world.reminder(planned["ACME"].reminder_id).state == "confirmed"
    assert [sent.tier for sent in world.at("2027-03-15 11:00") if sent.to.startswith("acme")] == ["check-in"]


def test_a_letter_of_a_lost_time_is_not_said_again_though_its_invoice_comes_later(make_world: Make) -> None:
    world = make_world()
    digest = world.house.gatherer.hash_of("acme@customer.example")
    step = Step("INV 7/2", 1, "gentle", 3)
    world.house.send_log.append([Attempt(40, 1, digest, world.now, steps=(step,))])
    go_live(world.house, "olivia", adopt=True)
    world.invoice("INV 7/2", "ACME", "2027-03-05")
    assert world.at("2027-03-09 11:00") == []
    assert "already sent for INV 7/2" in world.cases("ACME")[0].why


def test_new_reminders_get_numbers_that_no_letter_ever_had(make_world: Make) -> None:
    world = make_world("ACME")
    world.house.send_log.append([Attempt(500, 1, "feed", world.now)])
    go_live(world.house, "olivia", adopt=True)
    world.invoice("INV-9", "BOLT", "2027-03-05")
    world.at("2027-03-09 11:00")
    with world.house.store.reading() as connection:
        assert [row.reminder_id for row in outbox.of_customer(connection, "BOLT")] == [501]


def test_what_was_claimed_and_not_tried_has_used_up_no_attempt(make_world: Make) -> None:
    world = make_world("ACME")
    with world.house.store.writing() as connection:
        (row,) = outbox.planned(connection)
        connection.exec_driver_sql(f"UPDATE outbox SET state = 'claimed', attempts = 1 WHERE reminder_id = {row[0]}")
    world.house.send_log.append([Attempt(row.reminder_id, 1, row.recipient_hash, world.now)])
    world.restart()
    assert set(history_stops(world)) == {"lost history"}
    assert world.tick() == []


def test_the_store_keeps_no_more_of_the_log_than_its_mark(make_world: Make) -> None:
    world = make_world("ACME")
    world.tick()
    with world.house.store.reading() as connection:
        kept = setting.get(connection, setting.SEND_LOG)
        assert connection.execute(select(journal.c.seq)).first() is not None
    mark = SendLog(log_of(world)).mark()
    assert kept == {"size": mark.size, "changed": mark.changed, "end": mark.end}
