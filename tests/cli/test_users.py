"""`reminderbot user`, and the key to the desk that the first start hands over."""

from __future__ import annotations

import re

from reminderbot.cli.users import first_owner
from reminderbot.desk.user import accept, invitee
from tests.installation import Installation


def test_somebody_is_let_in_listed_changed_and_closed_out(shop: Installation) -> None:
    told = shop.ok("user", "add", "Jane", "--role", "owner")
    assert re.search(r"http://127\.0\.0\.1:\d+/welcome/\S{40,}", told)
    assert "has not chosen a password yet" in shop.ok("user", "list")
    shop.ok("user", "add", "carl")
    assert [(k["name"], k["role"]) for k in shop.json("user", "list")] == [("carl", "collector"), ("jane", "owner")]
    assert "carl is now owner" in shop.ok("user", "role", "carl", "owner")
    assert "cannot sign in any more" in shop.ok("user", "close", "carl")
    assert [k["name"] for k in shop.json("user", "list")] == ["jane"]


def test_nobody_is_added_twice_and_the_last_owner_stays(shop: Installation) -> None:
    shop.ok("user", "add", "jane", "--role", "owner")
    for words, said in (
        (("user", "add", "jane"), "is here already"),
        (("user", "close", "jane"), "is the only owner"),
        (("user", "invite", "nobody"), "There is nobody called nobody"),
        (("user", "add", "two words"), "A name has"),
    ):
        done = shop.run(*words)
        assert done.exit_code == 2
        assert said in done.stderr


def test_at_a_terminal_the_first_start_prints_a_link_and_a_service_only_how_to_get_one(shop: Installation) -> None:
    with shop.house() as house:
        assert "welcome" not in first_owner(house, at_terminal=False)
        told = first_owner(house, at_terminal=True)
        found = re.search(r"/welcome/(\S+)", told)
        assert found
        assert invitee(house, found[1]).name == "owner"
        accept(house, found[1], "plum tram violin")
        assert first_owner(house, at_terminal=True) == ""
