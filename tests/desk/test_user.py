"""Who is let in at the desk, with what, and for how long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from argon2 import PasswordHasher, extract_parameters

from reminderbot.core.user import LONGEST_PASSWORD, Role
from reminderbot.desk import user as desk_user
from reminderbot.desk.refusal import Refused
from reminderbot.desk.user import (
    NotLetIn,
    accept,
    change_password,
    close,
    give_role,
    invite,
    listed,
    sign_in,
    sign_out,
    sign_out_everywhere,
    who,
)
from reminderbot.house import House
from reminderbot.store import user
from tests.installation import Installation

GOOD = "plum tram violin"


@pytest.fixture
def house(shop: Installation) -> Iterator[House]:
    with shop.house() as built:
        yield built


def owner(house: House, name: str = "olive", password: str = GOOD) -> str:
    accept(house, invite(house, "test", name, Role.OWNER).secret, password)
    return sign_in(house, name, password, "10.0.0.1")[1]


def test_an_invitation_lets_one_choose_a_password_once(house: House) -> None:
    made = invite(house, "test", "olive", Role.OWNER)
    accept(house, made.secret, GOOD)
    with pytest.raises(Refused, match="used already"):
        accept(house, made.secret, GOOD)
    assert sign_in(house, "Olive ", GOOD, "10.0.0.1")[0].role is Role.OWNER


def test_an_invitation_ends_after_a_day(house: House, shop: Installation) -> None:
    made = invite(house, "test", "olive", Role.OWNER)
    shop.clock.move_to(shop.clock.now() + timedelta(hours=24))
    with pytest.raises(Refused, match="too old"):
        accept(house, made.secret, GOOD)


@pytest.mark.parametrize("weak", ["", "short", "aaaaaaaaaaaaaaaa", "olive olive olive", "x" * (LONGEST_PASSWORD + 1)])
def test_a_weak_password_is_refused_and_the_link_stays_good(house: House, weak: str) -> None:
    made = invite(house, "test", "olive", Role.OWNER)
    with pytest.raises(Refused, match=r"password of at|too easy"):
        accept(house, made.secret, weak)
    accept(house, made.secret, GOOD)


@pytest.mark.parametrize(
    ("name", "password"), [("olive", "plum tram viola"), ("nobody", GOOD), ("olive", ""), ("", "")]
)
def test_a_wrong_name_and_a_wrong_password_sound_alike(house: House, name: str, password: str) -> None:
    owner(house)
    with pytest.raises(NotLetIn, match="do not belong together"):
        sign_in(house, name, password, "10.0.0.1")


def test_passwords_are_kept_as_argon2id_of_owasps_strength(house: House) -> None:
    owner(house)
    with house.store.reading() as connection:
        row = user.row_of(connection, "olive")
    assert row is not None
    found = extract_parameters(row.password_hash)
    assert (found.type.name, found.parallelism) == ("ID", 1)
    assert found.memory_cost >= 19 * 1024
    assert found.time_cost >= 2


def test_an_older_hash_is_renewed_as_one_signs_in(house: House) -> None:
    owner(house)
    with house.store.writing() as connection:
        row = user.row_of(connection, "olive")
        assert row is not None
        user.change(connection, row.user_id, password_hash=PasswordHasher(1, 8, 1).hash(GOOD))
    sign_in(house, "olive", GOOD, "10.0.0.1")
    with house.store.reading() as connection:
        row = user.row_of(connection, "olive")
    assert row is not None
    assert extract_parameters(row.password_hash).memory_cost >= 19 * 1024


def test_a_thousand_guesses_get_ten_looks_and_the_right_one_is_not_among_them(house: House, shop: Installation) -> None:
    owner(house)
    looked = 0
    for guess in range(1000):
        shop.clock.move_to(shop.clock.now() + timedelta(milliseconds=800))
        try:
            sign_in(house, "olive", f"guess number {guess}", f"10.0.{guess % 250}.9")
        except NotLetIn as refused:
            looked += "do not belong" in str(refused)
    assert looked <= 10
    with pytest.raises(NotLetIn, match="Too many tries: wait"):
        sign_in(house, "olive", GOOD, "10.0.0.1")
    shop.clock.move_to(shop.clock.now() + timedelta(minutes=15))
    assert sign_in(house, "olive", GOOD, "10.0.0.1")


def test_one_address_may_not_try_all_names(house: House) -> None:
    for number in range(4):
        with pytest.raises(NotLetIn, match="do not belong"):
            sign_in(house, f"name{number}", "guess", "10.0.0.7")
    with pytest.raises(NotLetIn, match="Too many"):
        sign_in(house, "another", "guess", "10.0.0.7")


def test_a_session_is_forgotten_when_one_signs_out_and_all_when_one_asks(house: House) -> None:
    first = owner(house)
    second = sign_in(house, "olive", GOOD, "10.0.0.1")[1]
    sign_out(house, first)
    assert who(house, first) is None
    assert who(house, second) is not None
    sign_out_everywhere(house, "olive")
    assert who(house, second) is None


def test_half_an_hour_of_nothing_ends_a_session_and_work_keeps_it(house: House, shop: Installation) -> None:
    session = owner(house)
    for _ in range(4):
        shop.clock.move_to(shop.clock.now() + timedelta(minutes=29))
        assert who(house, session) is not None
    shop.clock.move_to(shop.clock.now() + timedelta(minutes=30))
    assert who(house, session) is None


def test_another_role_another_password_and_a_closed_door_each_end_every_session(house: House) -> None:
    owner(house)
    changes = (
        lambda: give_role(house, "olive", "carl", Role.OWNER),
        lambda: change_password(house, "carl", GOOD, "another three words"),
        lambda: close(house, "olive", "carl"),
    )
    accept(house, invite(house, "olive", "carl", Role.COLLECTOR).secret, GOOD)
    for password, change in zip((GOOD, GOOD, "another three words"), changes, strict=True):
        session = sign_in(house, "carl", password, "10.0.0.2")[1]
        assert who(house, session) is not None
        change()
        assert who(house, session) is None
    with pytest.raises(NotLetIn):
        sign_in(house, "carl", "another three words", "10.0.0.2")


def test_the_last_owner_stays(house: House) -> None:
    owner(house)
    for change in (
        lambda: close(house, "olive", "olive"),
        lambda: give_role(house, "olive", "olive", Role.COLLECTOR),
    ):
        with pytest.raises(Refused, match="only owner"):
            change()
    assert [known.user.role for known in listed(house)] == [Role.OWNER]


def test_nothing_in_the_store_signs_anybody_in(house: House) -> None:
    session = owner(house)
    made = invite(house, "olive", "carl", Role.COLLECTOR)
    with house.store.reading() as connection:
        everything = [
            repr(tuple(row))
            for table in ("desk_user", "desk_session", "sign_in_failure", "journal")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")
        ]
    for secret in (session, made.secret, GOOD):
        assert not [row for row in everything if secret in row]


@pytest.mark.parametrize("name", ["", "two words", "a" * 101, "semi;colon", "line\nbreak", "..", "@jane"])
def test_a_name_that_will_not_do_is_refused(house: House, name: str) -> None:
    with pytest.raises(Refused, match="A name has"):
        invite(house, "test", name, Role.OWNER)


def test_nobody_signs_the_journal_with_the_programs_own_name(house: House) -> None:
    with pytest.raises(Refused, match="choose another name"):
        invite(house, "test", "Reminderbot", Role.OWNER)


def test_whoever_is_here_already_is_not_invited_as_somebody_new(house: House) -> None:
    session = owner(house)
    with pytest.raises(Refused, match="olive is here already"):
        invite(house, "olive", "Olive", Role.COLLECTOR)
    assert who(house, session) is not None


def test_a_name_is_known_however_a_keyboard_puts_its_letters_together(house: House) -> None:
    owner(house, "jos\u00e9")
    assert sign_in(house, "Jose\u0301", GOOD, "10.0.0.1")


def test_a_short_name_may_be_part_of_a_word_in_the_password(house: House) -> None:
    assert owner(house, "al", "plum tram violin also")


def test_a_desk_left_open_is_no_place_to_guess_its_owners_password(house: House) -> None:
    owner(house)
    for _ in range(4):
        with pytest.raises(Refused, match="not right"):
            change_password(house, "olive", "guess", "another three words")
    with pytest.raises(Refused, match="Too many tries"):
        change_password(house, "olive", GOOD, "another three words")


def test_whoever_is_closed_out_while_their_password_is_looked_at_is_not_let_in(house: House) -> None:
    owner(house)
    accept(house, invite(house, "olive", "carl", Role.COLLECTOR).secret, GOOD)
    # Nobody's password is looked at until both places are free again.
    with ThreadPoolExecutor(1) as thread, desk_user._hashing, desk_user._hashing:
        waiting = thread.submit(sign_in, house, "carl", GOOD, "10.0.0.1")
        time.sleep(0.3)
        close(house, "olive", "carl")
    with pytest.raises(NotLetIn, match="changed just now"):
        waiting.result()


def test_a_name_made_of_accents_in_disorder_keeps_nobody_busy(house: House) -> None:
    owner(house)
    began = time.monotonic()
    with pytest.raises(NotLetIn, match="do not belong"):
        sign_in(house, "a" + "\u0300\u0323" * 60_000, GOOD, "10.0.0.1")
    assert time.monotonic() - began < 5
