"""Trying other settings at the desk: an owner sees customer by customer what would differ, and nothing is saved."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from reminderbot.clock import SteppedClock
from reminderbot.core.dial import Dial, Table
from reminderbot.core.user import Role
from reminderbot.desk.outlook import outlook
from reminderbot.desk.refusal import Refused
from reminderbot.desk.simulate import dials, set_against, try_out, turned
from reminderbot.house import House
from reminderbot.runs.take_ledger import take_ledger
from reminderbot.store import journal
from tests.web.browser import Browser, signed_in


@pytest.fixture
def olive(house: House) -> Browser:
    """An owner; two customers will hear from us within the month."""
    take_ledger(house)
    return signed_in(house, "olive", Role.OWNER)


def moments(house: House, days: int = 30) -> list[tuple[str, str]]:
    with house.store.reading() as connection:
        return [(one.customer.customer_id, f"{one.at}") for one in outlook(house, connection, days).messages]


def test_an_owner_sees_who_would_hear_from_us_otherwise_and_nothing_is_saved(house: House, olive: Browser) -> None:
    before = moments(house)
    assert "/simulate/" in olive.get("/calendar/").links()
    with house.store.reading() as connection:
        lines = len(list(journal.since(connection, 0)))

    page = olive.send(olive.get("/simulate/"), "/simulate/", **{"sending.min_balance": "400"})

    assert page.status == 200
    assert "would not hear from us on" in page.text
    assert "no more" in page.text
    assert "Small sums that are left alone (min_balance) 1 400" in page.text
    assert moments(house) == before
    with house.store.reading() as connection:
        assert len(list(journal.since(connection, 0))) == lines


def test_a_tier_that_comes_later_is_told_with_both_days(house: House, olive: Browser) -> None:
    page = olive.send(olive.get("/simulate/"), "/simulate/", **{"ladder.gentle": "5", "ahead": "14"})

    assert "later" in page.text
    assert "gentle: days 3 5" in page.text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({}, "Nothing is changed yet"),
        ({"sending.window": "07:00-23:00"}, "goes beyond 08:00-21:00"),
        ({"sending.per_week": "3"}, "it can only be lowered"),
        ({"ladder.gentle": "soon"}, '"soon" is not a whole number'),
        ({"ladder.gentle": "9"}, "put at least 3 days between tiers"),
        ({"ladder.last": "20"}, "'last'"),
    ],
)
def test_what_no_file_may_say_is_told_as_for_a_file_and_stays_as_it_was_typed(
    olive: Browser, typed: dict[str, str], told: str
) -> None:
    page = olive.send(olive.get("/simulate/"), "/simulate/", **typed)

    assert page.status == 422
    assert told in page.text
    for key, value in typed.items():
        assert [
            field.attributes.get("value") for field in page.all("input") if field.attributes.get("name") == key
        ] == [value]


def test_settings_that_change_nothing_say_so(olive: Browser) -> None:
    page = olive.send(olive.get("/simulate/"), "/simulate/", **{"sending.max_per_day": "199"})
    assert "Nobody would hear from us otherwise in these days." in page.text


def test_it_is_for_owners(house: House) -> None:
    carl = signed_in(house, "carl", Role.COLLECTOR)
    assert carl.get("/simulate/").status == 403
    assert "/simulate/" not in carl.get("/calendar/").links()


def test_both_courses_are_looked_at_from_the_same_moment(house: House) -> None:
    take_ledger(house)
    assert moments(house)
    running = dataclasses.replace(house, clock=Running(house.clock.now()))

    with house.store.reading() as connection:
        found = set_against(running, running, connection, 30, lambda _: None)

    assert found.differences == ()
    assert len(found.today.messages) > 0


def test_a_look_that_takes_too_long_is_given_up_with_what_to_do_instead(house: House) -> None:
    take_ledger(house)
    with pytest.raises(Refused, match="look less far ahead, or leave it to `reminderbot simulate --change`"):
        try_out(house, [Dial(Table.SENDING, "min_balance", "400")], 30, -1.0)


def test_a_second_look_waits_until_the_first_is_done(house: House, olive: Browser) -> None:
    begun, go_on = threading.Event(), threading.Event()
    tried = house.tried

    def slowly(looked_at: House, changes: Sequence[Dial]) -> House:
        begun.set()
        assert go_on.wait(10)
        assert tried is not None
        return tried(looked_at, changes)

    slow = signed_in(dataclasses.replace(house, tried=slowly), "owen", Role.OWNER)
    second = Browser(house, slow.app)
    second.sign_in("olive")
    first_form, second_form = slow.get("/simulate/"), second.get("/simulate/")
    looks = threading.Thread(target=slow.send, args=(first_form, "/simulate/"), kwargs={"ladder.gentle": "5"})
    looks.start()
    assert begun.wait(10)

    busy = second.send(second_form, "/simulate/", **{"ladder.gentle": "5"})
    go_on.set()
    looks.join()

    assert busy.status == 503
    assert "Somebody is trying settings out at this moment" in busy.text
    assert second.send(second_form, "/simulate/", **{"ladder.gentle": "5"}).status == 200


def test_only_what_was_typed_differently_is_tried(house: House) -> None:
    known = dials(house)
    assert {dial.key for dial in known} >= {"ladder.gentle", "ladder.review", "sending.window", "sending.per_week"}
    same = {dial.key: f" {dial.value} " for dial in known}
    assert turned(known, same) == ()
    assert turned(known, {}) == ()
    assert turned(known, same | {"ladder.gentle": " 4"}) == (Dial(Table.LADDER, "gentle", "4"),)


class Running(SteppedClock):
    """A clock that goes on by a second whenever it is looked at."""

    def now(self) -> datetime:
        self.move_to(super().now() + timedelta(seconds=1))
        return super().now()
