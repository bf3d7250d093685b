"""Inviting somebody at the desk, up to their own first page; and a form sent twenty times."""

from __future__ import annotations

from urllib.parse import urlsplit

from reminderbot.core.user import Role
from reminderbot.desk.user import listed
from reminderbot.house import House
from reminderbot.store import journal
from tests.web.browser import Browser, signed_in


def test_an_owner_invites_a_collector_who_chooses_a_password_and_is_in(house: House) -> None:
    owner = signed_in(house)
    made = owner.send(owner.get("/people/"), "/people/invite", name="carl", role="collector")
    link = made.all("code.copy")[0].text()
    carl = Browser(house, owner.app)
    welcome = carl.get(urlsplit(link).path)
    assert "Welcome, carl" in welcome.text
    refused = carl.send(welcome, welcome.path, password="short", again="short")
    assert refused.status == 422
    assert "at least 12 characters" in refused.text
    assert carl.send(refused, welcome.path, password="plum tram violin", again="plum tram violin").path == "/"
    assert carl.get("/people/").status == 403
    assert carl.get(urlsplit(link).path).status == 422


def test_twenty_clicks_at_once_invite_once(house: House) -> None:
    owner = signed_in(house)
    form = owner.get("/people/").form("/people/invite").fields | {"name": "carl", "role": "collector"}
    answers = owner.click_at_once("/people/invite", form)
    assert sorted(answers) == [200] + [303] * 19
    with house.store.reading() as connection:
        invited = [e for _, e in journal.read(connection) if e.data.get("user") == "carl"]
    assert len(invited) == 1


def test_whoever_is_made_an_owner_signs_in_anew_and_sees_more(house: House) -> None:
    owner, carl = signed_in(house), signed_in(house, "carl", Role.COLLECTOR)
    owner.send(owner.get("/people/"), "/people/carl/role", role="owner")
    assert carl.get("/").path.startswith("/sign-in")
    carl.sign_in("carl")
    assert carl.get("/people/").status == 200


def test_the_last_owner_cannot_be_closed_out(house: House) -> None:
    owner = signed_in(house)
    page = owner.send(owner.get("/people/"), "/people/olive/close")
    assert page.status == 422
    assert "only owner" in page.text
    assert [known.user.name for known in listed(house)] == ["olive"]
