"""What was kept is what the engine says: over thousands of states of a made-up business, on several of its days."""

from __future__ import annotations

import dataclasses
import random
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from reminderbot.core.decision import Decision
from reminderbot.core.dunning import decide
from reminderbot.core.gate import GateCode
from reminderbot.core.hold import HoldKind, active
from reminderbot.core.ladder import Channel
from reminderbot.core.turn import TurnCode
from reminderbot.house import House, Limits
from reminderbot.runs.plan import plan_once
from reminderbot.store import contact, decision, hold, ledger, listing, promise
from reminderbot.store.decision import Kept, Place
from tests.installation import Installation, bill, late, run_line

CUSTOMERS = 500
DAYS = (0, 1, 4, 9, 3)
MANY = Limits(undo=timedelta(0), per_day=10_000, per_hour=10_000, first_contacts_per_day=10_000)


def write(shop: Installation, dice: random.Random) -> None:
    """Books of many customers: nearly due, late, very late, disputed, paid in part, with money nobody has matched."""
    customers, invoices, payments = [], [], []
    for n in range(CUSTOMERS):
        zone, country = dice.choice([("America/New_York", "US"), ("Asia/Tokyo", "JP"), ("", ""), ("", "US")])
        email = dice.choice([f"c{n}@c{n}.example"] * 9 + [""])
        number = f"+1212555{n:04}"
        phone, consent = dice.choice([("", ",,"), (number, ",,"), (number, "yes,2026-01-01,form")])
        customers.append(f"K{n},Customer {n},Jane Roe,{email},{phone},en,{zone},{country},,{consent}")
        for m in range(dice.choice([1, 1, 2, 3])):
            number, due = f"I{n}-{m}", late(dice.choice([-40, -3, 0, 3, 5, 20, 60, 89, 91, 200]))
            row = bill(number, f"K{n}", due, status=dice.choice(["open"] * 9 + ["disputed"]))
            invoices.append(row if dice.random() < 0.95 else row.replace(f",{due},USD", ",,USD"))
            if dice.random() < 0.2:
                whole = dice.choice(["100.00", "99.99", "40.00"])
                payments.append(f"P{number},K{n},{dice.choice([number, ''])},{late(1)},USD,{whole},payment")
    shop.write_ledger(customers, invoices, payments)


def stir(house: House, connection: Connection, dice: random.Random, ids: list[str], now: datetime) -> None:
    """What people and answers bring on a day: pauses of every kind, promises, closed channels, pauses lifted."""
    for key in dice.sample(ids, len(ids) // 3):
        numbers = [row.number for row in listing.invoices_of(connection, key)]
        some = tuple(dice.sample(numbers, min(len(numbers), dice.choice([0, 0, 1]))))
        until = dice.choice([None, now + timedelta(days=dice.randint(1, 9), hours=dice.randint(0, 20))])
        match dice.randint(0, 5):
            case 0 | 1 | 2:
                actor = dice.choice(["reminderbot", "olivia"])
                kind = dice.choice(list(HoldKind))
                hold.place(connection, key, kind, "so it is", now, until=until, invoices=some, actor=actor)
            case 3:
                due_on, about = (now + timedelta(days=dice.randint(0, 6))).date(), some or tuple(numbers)
                promise.make(connection, key, due_on, "soon", now, promised_on=now.date(), invoices=about)
            case 4:
                digest = house.gatherer.hash_of(f"c{key[1:]}@c{key[1:]}.example")
                contact.close(connection, digest, Channel.EMAIL, contact.DEAD, "it bounced", key, now)
            case 5:
                for known in hold.of_customers(connection, [key]).get(key, []):
                    hold.release(connection, known.hold_id, now, "olivia", "settled")
    ledger.review(connection, ids, now)


def engine(house: House, connection: Connection, ids: list[str], now: datetime) -> dict[str, Decision]:
    facts = house.gatherer.gather(connection, ids, now)
    return {key: decide(known, house.rules, now) for key, known in facts.items()}


def judge_words(connection: Connection, key: str, made: Decision, now: datetime) -> None:
    """From the rows of the store alone: no pause is passed over, and nothing is called free that is paused."""
    held = active(hold.of_customers(connection, [key]).get(key, ()), now)
    named = {gate.values["hold"]: set(gate.invoices) for gate in made.closed if gate.code is GateCode.HELD}
    owed = {n for gate in made.gates if gate.code is GateCode.OWED for n in gate.invoices}
    assert named == {h.hold_id: cover for h in held if (cover := {n for n in owed if h.covers(n)})}
    free = {n for gate in made.gates if gate.code is GateCode.NOT_HELD for n in gate.invoices}
    assert not free & set().union(*named.values()) if named else True
    still = {row.number for row in listing.invoices_of(connection, key) if row.is_open}
    assert {n for gate in made.gates for n in gate.invoices} == still


def test_the_answer_that_is_kept_is_the_engines_on_every_day_of_a_business(tmp_path: Path) -> None:
    dice, shop, ids = random.Random(1), Installation(tmp_path / "shop"), [f"K{n}" for n in range(CUSTOMERS)]
    write(shop, dice)
    shop.ok("import", "--yes")
    shop.allow()
    said: list[tuple[datetime, dict[str, Decision]]] = []
    with shop.house() as plain:
        house = dataclasses.replace(plain, limits=MANY)
        for days in DAYS:
            shop.clock.advance(timedelta(days=days))
            said.append((house.clock.now(), one_day(house, dice, ids)))
            run_line(house)
        with house.store.reading() as connection:
            histories = {key: decision.history(connection, key) for key in ids}
    assert sum(len(made) for _, made in said) >= 2_000
    shut = {gate.code for _, everybody in said for made in everybody.values() for gate in made.closed}
    assert len(shut) >= 12
    judge_history(said, histories)


def one_day(house: House, dice: random.Random, ids: list[str]) -> dict[str, Decision]:
    """Let things happen, plan, and compare what was kept of everybody with what the engine says."""
    now = house.clock.now()
    with house.store.writing() as connection:
        stir(house, connection, dice, ids, now)
    while plan_once(house, timedelta(0)):
        pass
    with house.store.reading() as connection:
        said = engine(house, connection, ids, now)
        for key, made in said.items():
            kept = decision.latest(connection, key)
            assert kept is not None
            assert (kept.looked_at, kept.made) == (now, made)
            judge_words(connection, key, made, now)
    return said


def judge_history(said: list[tuple[datetime, dict[str, Decision]]], histories: dict[str, list[Kept]]) -> None:
    """Of each day before, what was decided then can still be told; and each letter that left had its turn."""
    for now, everybody in said:
        for key, made in everybody.items():
            stood = [k for k in histories[key] if k.place is Place.PLAN and k.decided_at <= now <= k.looked_at]
            assert any(gist(kept.made) == gist(made) for kept in stood), key
    turns = [kept.turn.code for lines in histories.values() for kept in lines if kept.turn]
    assert turns.count(TurnCode.TAKEN) > 100


def gist(made: Decision) -> tuple[object, ...]:
    return made.closed, made.send and made.send.lists
