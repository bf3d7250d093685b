"""An owner edits letters at the desk, without scripts: looks, is blocked, mends, publishes, and goes back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reminderbot.core.event import EventKind
from reminderbot.core.user import Role
from reminderbot.desk.setup import add_letters
from reminderbot.house import House
from reminderbot.runs.take_ledger import take_ledger
from reminderbot.store import journal
from tests.web.browser import Browser, Page, signed_in
from tests.web.conftest import NOW

PLACE = "/letters/en/gentle.email.md"
PUBLISH, CHECK = f"{PLACE}/publish", f"{PLACE}/check"


@pytest.fixture
def owner(house: House) -> Browser:
    for path in house.ledger_folder.iterdir():
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    take_ledger(house)
    return signed_in(house)


def file(house: House) -> Path:
    return house.letters.folder / "en/gentle.email.md"


def typed(page: Page) -> str:
    return page.form(PUBLISH).fields["text"]


def published(house: House) -> list[dict[str, object]]:
    with house.store.reading() as connection:
        return [dict(e.data) for _, e in journal.read(connection) if e.kind is EventKind.LETTER_CHANGED]


def check(owner: Browser, page: Page, **fields: str) -> Page:
    return owner.post(CHECK, page.form(PUBLISH).fields | fields)


def test_all_letters_stand_in_a_list_by_language_with_what_is_wrong(house: House, owner: Browser) -> None:
    add_letters(house.letters.folder, "de")
    file(house).write_text(file(house).read_text() + "\nPay, or we will sue you.\n")
    page = owner.get("/letters/")
    assert PLACE in page.links()
    assert "gentle 3 days past due e-mail SMS 2 things to mend" in page.text
    german = owner.get("/letters/?language=de")
    assert "/letters/de/gentle.sms.txt" in german.links()
    assert "to mend" not in german.text


def test_a_draft_is_shown_for_whom_one_likes_as_mail_and_as_text(owner: Browser) -> None:
    page = owner.get(PLACE)
    assert "{{ greeting }}" in page.text
    assert "As it came with reminderbot" in page.text
    looked = check(owner, page, text=f"{typed(page)}\r\nHave a good week.\r\n", other="Example Bakery Ltd")
    assert "EXAMPLE-1001" in looked.text
    assert "Have a good week." in typed(looked)
    assert "added: Have a good week." in looked.text
    frames = [frame.attributes for frame in looked.all("iframe")]
    assert len(frames) == 2
    assert all("sandbox" in frame and not frame["sandbox"] for frame in frames)
    shown = owner.get(frames[0]["src"] or "")
    assert "Have a good week." in shown.html
    assert "sandbox" in shown.headers["content-security-policy"]
    assert "script" not in shown.headers["content-security-policy"]


def test_a_customer_nobody_knows_is_told_and_the_draft_stays(owner: Browser) -> None:
    looked = check(owner, owner.get(PLACE), text="Subject: mine\n\nmine\n", other="Nobody & Sons")
    assert "Nobody and nothing here is called 'Nobody & Sons'" in looked.text
    assert "mine" in typed(looked)


def test_a_text_message_tells_its_size(owner: Browser) -> None:
    page = owner.get("/letters/en/gentle.sms.txt")
    assert "characters in GSM-7. 2 segments." in page.text


def test_what_is_asked_for_while_typing_is_the_same_without_the_page_around_it(owner: Browser) -> None:
    part = check(owner, owner.get(PLACE), text="Subject: x\n\n{{ greting }}\n", part="yes")
    assert "did you mean {{ greeting }}?" in part.html
    assert "<textarea" not in part.html


def test_a_sharp_letter_is_blocked_mended_and_published(house: House, owner: Browser) -> None:
    page = owner.get(PLACE)
    before = file(house).read_text()
    blocked = owner.send(page, PUBLISH, text=f"{before}\nPay, or we will sue you.\n")
    assert blocked.status == 422
    assert "It was not published" in blocked.text
    assert "sue" in [mark.text() for mark in blocked.all("mark")]
    assert "we will sue you" in typed(blocked)
    assert file(house).read_text() == before
    done = owner.send(blocked, PUBLISH, text=f"{before}\nHave a good week.\n", why="warmer")
    assert (done.status, done.path) == (200, PLACE)
    assert "Published. Letters carry it from" in done.text
    assert file(house).read_text() == f"{before}\nHave a good week.\n"
    assert "Published by olive" in done.text


def test_an_owner_answers_for_sharp_words_but_not_for_missing_ones(house: House, owner: Browser) -> None:
    before = file(house).read_text()
    page = owner.send(owner.get(PLACE), PUBLISH, text=f"{before}\nPay, or we will sue you.\n")
    assert "override" in page.form(PUBLISH).fields
    assert owner.send(page, PUBLISH, override="our lawyer asks for it").status == 200
    assert published(house)[0]["override"] == "our lawyer asks for it"
    broken = owner.send(owner.get(PLACE), PUBLISH, text=before.replace("{{ items }}", ""))
    assert broken.status == 422
    assert "override" not in broken.form(PUBLISH).fields
    assert owner.post(PUBLISH, broken.form(PUBLISH).fields | {"override": "because"}).status == 422


def test_a_hand_edit_meanwhile_is_shown_and_nothing_is_lost(house: House, owner: Browser) -> None:
    page = owner.get(PLACE)
    before = file(house).read_text()
    file(house).write_text(f"{before}\nSee you soon.\n")
    told = owner.send(page, PUBLISH, text=f"{before}\nHave a good week.\n")
    assert told.status == 409
    assert "the file was changed while you wrote" in told.text
    assert "removed: See you soon." in told.text
    assert "added: Have a good week." in told.text
    assert file(house).read_text() == f"{before}\nSee you soon.\n"
    assert owner.send(told, PUBLISH).status == 200
    assert file(house).read_text() == f"{before}\nHave a good week.\n"
    past = owner.get(f"{PLACE}/history")
    assert past.text.count("Look at it") == 3
    assert "not published" in past.text


def test_one_goes_back_to_an_earlier_wording_with_two_clicks(house: House, owner: Browser) -> None:
    before = file(house).read_text()
    owner.send(owner.get(PLACE), PUBLISH, text=f"{before}\nHave a good week.\n")
    past = owner.get(f"{PLACE}/history")
    old = owner.get([link for link in past.links() if link.startswith(f"{PLACE}/history/")][-1])
    assert "added: Have a good week." in old.text
    back = owner.send(old, f"{old.path}/revert")
    assert (back.status, back.path) == (200, PLACE)
    assert file(house).read_text() == before
    assert "Published. The next letter carries it." in back.text


def test_twenty_clicks_publish_once(house: House, owner: Browser) -> None:
    fields = owner.get(PLACE).form(PUBLISH).fields
    fields |= {"text": file(house).read_text() + "\nHave a good week.\n"}
    assert set(owner.click_at_once(PUBLISH, fields)) == {303}
    assert len(published(house)) == 1


def test_a_trial_goes_to_oneself_and_the_draft_stays_however_often_one_clicks(house: House, owner: Browser) -> None:
    page = owner.get(PLACE)
    fields = page.form(PUBLISH).fields | {"text": f"{typed(page)}\nHave a good week.\n"}
    for _ in range(2):
        sent = owner.post(f"{PLACE}/trial", fields)
        assert "Have a good week." in typed(sent)
        assert "Sent. You will find it here" in sent.text
    assert len(list(house.dry_run_folder.glob("*.eml"))) == 1
    refused = owner.send(sent, PUBLISH) and owner.post(
        f"{PLACE}/trial", owner.get(PLACE).form(PUBLISH).fields | {"address": "ada@bakery.example"}
    )
    assert refused.status == 422


def test_letters_are_owners_business(house: House) -> None:
    carl = signed_in(house, "carl", Role.COLLECTOR)
    assert carl.get("/letters/").status == 403
    assert "/letters/" not in carl.get("/").links()


def test_what_is_no_letter_is_not_there(owner: Browser) -> None:
    for path in ("/letters/en/none.email.md", "/letters/../config.toml", "/letters/en/..%2f..%2fconfig.toml"):
        assert owner.get(path).status in (404, 422)
    assert owner.get("/letters/frame/unknown").status == 404
