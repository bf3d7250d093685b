"""`inbox`: messages that could not be read are listed, and put back to be read once more."""

from __future__ import annotations

from datetime import timedelta

from reminderbot.core.inbound import Inbound
from reminderbot.core.ladder import Channel
from reminderbot.store import inbox
from tests.installation import MONDAY, Installation


def set_aside(shop: Installation, place: str, oversize: bool = False) -> int:
    with shop.house() as house:
        digest = house.spool.keep(place.encode())
        message = Inbound(Channel.EMAIL, place, MONDAY, place.encode(), oversize=oversize)
        with house.store.writing() as connection:
            number = inbox.keep(connection, message, digest, digest, MONDAY + timedelta(minutes=1))
            assert number is not None
            inbox.settle(connection, number, inbox.SET_ASIDE)
    return number


def test_nothing_was_set_aside(shop: Installation) -> None:
    shop.ok("import")
    assert shop.ok("inbox", "list") == "Every message could be read.\n"
    assert shop.json("inbox", "list") == []
    assert shop.ok("inbox", "retry") == "There is nothing to read once more.\n"


def test_what_was_set_aside_is_listed_and_put_back(shop: Installation) -> None:
    shop.ok("import")
    first, second, large = (
        set_aside(shop, "INBOX/7/1"),
        set_aside(shop, "INBOX/7/2"),
        set_aside(shop, "INBOX/7/3", oversize=True),
    )
    assert [(m["message"], m["place"], m["too_large"]) for m in shop.json("inbox", "list")] == [
        (first, "INBOX/7/1", False),
        (second, "INBOX/7/2", False),
        (large, "INBOX/7/3", True),
    ]
    assert "INBOX/7/3" in shop.ok("inbox", "list")
    assert shop.ok("inbox", "retry", str(second)).startswith("1 message put back")
    assert [m["message"] for m in shop.json("inbox", "list")] == [first, large]
    assert shop.ok("inbox", "retry").startswith("1 message put back")
    assert [m["message"] for m in shop.json("inbox", "list")] == [large]


def test_what_cannot_be_read_once_more_is_told(shop: Installation) -> None:
    shop.ok("import")
    large = set_aside(shop, "INBOX/7/3", oversize=True)
    result = shop.run("inbox", "retry", str(large))
    assert (result.exit_code, "larger than 25 MB" in result.stderr) == (2, True)
    result = shop.run("inbox", "retry", "99")
    assert (result.exit_code, "Message 99 was not set aside" in result.stderr) == (2, True)
