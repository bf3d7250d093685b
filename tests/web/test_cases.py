"""A collector's morning at the desk, form by form as the pages show them."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from reminderbot.core.hold import HoldKind, active
from reminderbot.core.inbound import Inbound
from reminderbot.core.ladder import Channel
from reminderbot.core.promise import PromiseState
from reminderbot.core.user import Role
from reminderbot.house import House
from reminderbot.runs.listen import keep
from reminderbot.runs.take_ledger import take_ledger
from reminderbot.runs.understand import understand_all
from reminderbot.store import hold, people, promise
from tests.web.browser import Browser, signed_in


def answers(house: House, customer_id: str, words: str) -> None:
    """A mail of this customer comes in and is read."""
    with house.store.reading() as connection:
        who = people.get(connection, customer_id)
        numbers = people.open_numbers(connection, customer_id)
    assert who is not None
    mail = EmailMessage()
    mail["From"], mail["To"] = who.contact.email, house.business.email
    mail["Subject"] = f"Re: {numbers[0]}"
    mail.set_content(words)
    keep(house, Inbound(Channel.EMAIL, f"INBOX/1/{len(words)}", house.clock.now(), mail.as_bytes()))
    understand_all(house)


@pytest.fixture
def carl(house: House) -> Browser:
    take_ledger(house)
    answers(house, "EXAMPLE-1", "The goods never came, I will not pay for them. Please look into it.")
    answers(house, "EXAMPLE-2", "We paid this last Tuesday by bank transfer.")
    return signed_in(house, "carl", Role.COLLECTOR)


def holds(house: House, customer_id: str) -> list[HoldKind]:
    with house.store.reading() as connection:
        found = hold.of_customers(connection, [customer_id]).get(customer_id, [])
    return [one.kind for one in active(found, house.clock.now())]


def test_today_shows_who_needs_a_person_in_their_own_words_the_most_urgent_first(carl: Browser) -> None:
    page = carl.get("/")
    rows = [row.text() for row in page.all(".rows > li")]
    assert "Dispute" in rows[0] and "The goods never came" in rows[0]
    assert "Says it is paid" in rows[1]
    assert "2 matters need a person" in page.text


def test_an_empty_morning_is_a_pleasure(house: House) -> None:
    assert "Nobody is waiting for you." in signed_in(house).get("/").text


def test_a_case_shows_the_reply_with_its_evidence_and_what_is_open(carl: Browser) -> None:
    page = carl.get("/cases/1")
    assert [mark.text() for mark in page.all("#reply ~ .words mark")]
    assert "make sure that it is really from them" in page.text
    assert "EXAMPLE-1001" in page.all("#open")[0].parent.text()


def test_closing_a_case_keeps_the_pause_and_leads_to_the_next_one(house: House, carl: Browser) -> None:
    page = carl.send(carl.get("/cases/1"), "/cases/1/resolve", resolution="she will look again")
    assert page.path == "/cases/2"
    assert "Case 1 is closed. Its pauses stay." in page.text
    assert holds(house, "EXAMPLE-1") == [HoldKind.DISPUTE]
    assert "she will look again" in carl.get("/cases/1").text


def test_before_a_pause_is_lifted_the_page_says_what_would_leave_and_when(house: House, carl: Browser) -> None:
    page = carl.get("/cases/1/release")
    assert "The next message would be 'gentle' by e-mail on" in page.text
    assert holds(house, "EXAMPLE-1") == [HoldKind.DISPUTE]
    carl.send(page, "/cases/1/resolve", resolution="sent again")
    assert holds(house, "EXAMPLE-1") == [HoldKind.RESUMING]


def test_a_promise_given_on_the_telephone_is_noted(house: House, carl: Browser) -> None:
    page = carl.send(carl.get("/cases/2"), "/cases/2/promise", due_on="2026-12-04")
    assert "promised to pay by" in page.text
    with house.store.reading() as connection:
        words = promise.of_customer(connection, "EXAMPLE-2")
    assert [(str(word.due_on), word.state) for word in words] == [("2026-12-04", PromiseState.OPEN)]


def test_a_payment_found_is_noted_and_the_invoice_is_no_longer_open(carl: Browser) -> None:
    page = carl.get("/cases/2")
    invoice = page.form("/cases/2/paid").fields["invoice"]
    assert f"A payment on {invoice} is noted." in carl.send(page, "/cases/2/paid").text


def test_a_wrong_understanding_is_corrected(house: House, carl: Browser) -> None:
    page = carl.get("/cases/2")
    assert "Thank you: kept" in carl.send(page, "/cases/2/correct", kind="question").text


@pytest.mark.parametrize(
    ("action", "fields", "told"),
    [
        ("promise", {"due_on": "yesterday"}, "is no day: write it as"),
        ("promise", {"due_on": "2020-01-01"}, "has passed already"),
        ("promise", {"due_on": ""}, "Say by which day"),
        ("promise", {"due_on": "2026-12-04", "amount": "lots"}, "is no sum"),
        ("promise", {"due_on": "2026-12-04", "amount": "NaN"}, "is no sum"),
        ("promise", {"due_on": "2026-12-04", "amount": "1e999999"}, "is no sum"),
        ("promise", {"due_on": "2026-12-04", "amount": "0.0001"}, "is no sum"),
        ("promise", {"due_on": "9999-12-31"}, "too far off"),
        ("paid", {"invoice": "9" * 60_000}, "has a name of 60000 letters"),
        ("resolve", {"resolution": "x" * 10_001}, "shorten it"),
        ("assign", {"name": "carl", "words": "x" * 10_001}, "shorten it"),
        ("note", {"call": "message_left", "words": "x" * 10_001}, "shorten it"),
        ("paid", {"amount": "-5"}, "is no sum"),
        ("paid", {"invoice": "INV-NOBODY"}, "There is no invoice"),
        ("correct", {"kind": "nonsense"}, "Choose what the answer really says"),
    ],
)
def test_what_was_typed_wrongly_is_told_and_changes_nothing(
    house: House, carl: Browser, action: str, fields: dict[str, str], told: str
) -> None:
    before = holds(house, "EXAMPLE-2")
    page = carl.send(carl.get("/cases/2"), f"/cases/2/{action}", **fields)
    assert page.status == 422
    assert told in page.text
    assert holds(house, "EXAMPLE-2") == before


def test_a_case_that_is_not_there_is_told(carl: Browser) -> None:
    assert "There is no case 99" in carl.get("/cases/99").text


def test_a_customers_page_says_what_comes_next_and_why(carl: Browser) -> None:
    page = carl.get("/customers/EXAMPLE-1")
    assert "contest what is owed" in page.text
    assert page.all(".gates li")


def test_a_customer_is_found_by_name_number_and_invoice(carl: Browser) -> None:
    name = carl.get("/customers/EXAMPLE-1").all("h1")[0].text()
    for words in (name[:4].lower(), "EXAMPLE-1", name.split()[-1]):
        assert name in carl.get(f"/customers/?q={words}").text
    assert "Nobody fits." in carl.get("/customers/?q=%25").text


def test_reminders_are_paused_and_go_on_again(house: House, carl: Browser) -> None:
    page = carl.send(carl.get("/customers/EXAMPLE-1"), "/customers/pause/EXAMPLE-1", why="she asked on the telephone")
    assert "she asked on the telephone" in page.text
    assert HoldKind.BY_HAND in holds(house, "EXAMPLE-1")


def test_no_words_of_a_customer_are_taken_for_markup(house: House) -> None:
    take_ledger(house)
    answers(
        house, "EXAMPLE-1", "This is wrong <script>alert(1)</script> <img src=x onerror=alert(1)> we never ordered it"
    )
    page = signed_in(house).get("/cases/1")
    assert "<script>alert" not in page.html
    assert "<img src=x" not in page.html
    assert "alert(1)" in page.text


def test_what_was_just_done_is_taken_back_with_one_click(house: House, carl: Browser) -> None:
    page = carl.send(carl.get("/cases/2"), "/cases/2/promise", due_on="2026-12-04")
    (undo,) = [form.action for form in page.forms() if form.action.startswith("/undo/")]
    assert "Taken back." in carl.send(page, undo).text
    with house.store.reading() as connection:
        assert [word.state for word in promise.of_customer(connection, "EXAMPLE-2")] == [PromiseState.CLOSED]


def test_a_case_put_off_leaves_the_list_and_keeps_the_pause(house: House, carl: Browser) -> None:
    page = carl.send(carl.get("/cases/1"), "/cases/1/snooze", until="2026-11-30")
    assert "Case 1 comes back on" in page.text
    assert "1 matters" not in carl.get("/").text
    assert "One matter needs a person" in carl.get("/").text
    assert holds(house, "EXAMPLE-1") == [HoldKind.DISPUTE]


def test_a_note_a_call_and_a_colleague_stand_in_the_case(carl: Browser) -> None:
    carl.send(carl.get("/cases/1"), "/cases/1/note", words="Ada is on holiday", call="message_left")
    page = carl.send(carl.get("/cases/1"), "/cases/1/assign", name="carl", words="please look at the delivery note")
    assert "Case 1 is with carl now." in page.text
    assert "message left Ada is on holiday carl" in page.text


def test_a_dispute_is_marked_settled_and_the_reminders_go_on_gently(house: House, carl: Browser) -> None:
    page = carl.get("/cases/1")
    page = carl.send(page, "/cases/1/dispute", reason="not_received", invoice="EXAMPLE-1001")
    assert "Rests now: EXAMPLE-1001." in page.text
    page = carl.send(page, "/cases/1/settle", upheld="no", note="the carrier has the signature")
    assert "reminders go on gently" in page.text
    assert "EXAMPLE-1001" in carl.get("/customers/EXAMPLE-1").text


def test_an_answer_is_looked_at_before_it_leaves_and_in_draft_mode_is_only_a_file(house: House, carl: Browser) -> None:
    page = carl.get("/cases/1/answer/")
    assert page.form("/cases/1/answer/look").fields["text"].startswith("Hello")
    look = carl.send(page, "/cases/1/answer/look", text="We are sorry. The parcel is on its way.\r\n\r\nCarl")
    assert "To ada@bakery.example (Example Bakery Ltd) By e-mail Cost nothing" in look.text
    again = carl.send(look, "/cases/1/answer/look") if look.form("/cases/1/answer/look").fields["change"] else look
    assert "The parcel is on its way." in again.form("/cases/1/answer/look").fields["text"]
    assert "nothing left, the mode is draft" in carl.send(look, "/cases/1/answer/send").text


def test_an_empty_answer_is_refused_and_the_writer_keeps_the_page(carl: Browser) -> None:
    page = carl.send(carl.get("/cases/1/answer/"), "/cases/1/answer/look", text="   ")
    assert page.status == 422
    assert page.form("/cases/1/answer/look")


def test_an_address_corrected_by_hand_is_written_to_and_taken_back(carl: Browser) -> None:
    page = carl.get("/customers/EXAMPLE-1")
    page = carl.send(page, "/customers/contact/email/EXAMPLE-1", address="office@bakery.example")
    assert "Noted; what leaves from now on goes there." in page.text
    assert "the ledger has ada@bakery.example" in page.text
    (undo,) = [form.action for form in page.forms() if form.action.startswith("/undo/")]
    carl.send(page, undo)
    assert "the ledger has ada" not in carl.get("/customers/EXAMPLE-1").text


def test_before_a_pause_is_lifted_by_hand_the_very_letter_is_shown(house: House, carl: Browser) -> None:
    page = carl.send(carl.get("/customers/EXAMPLE-1"), "/customers/pause/EXAMPLE-1", why="on holiday")
    (link, _) = [one for one in page.links() if "/customers/lift/" in one]
    ahead = carl.get(link)
    assert "Still paused by something else" in ahead.text
    carl.send(ahead, link)
    assert len(holds(house, "EXAMPLE-1")) == 1


def test_the_letter_that_would_come_next_is_shown_word_for_word(carl: Browser) -> None:
    page = carl.get("/cases/1/release")
    assert "Did EXAMPLE-1001 from Brightwater Gardens reach you?" in page.text
    assert "To ada@bakery.example" in page.text


@pytest.mark.parametrize(
    ("fields", "told"), [({"until": "9999-12-31"}, "too far off"), ({"why": "x" * 10_001}, "shorten it")]
)
def test_a_pause_for_ever_or_for_a_book_of_reasons_is_refused(
    house: House, carl: Browser, fields: dict[str, str], told: str
) -> None:
    page = carl.send(carl.get("/customers/EXAMPLE-1"), "/customers/pause/EXAMPLE-1", **fields)
    assert (page.status, told in page.text) == (422, True)
    assert HoldKind.BY_HAND not in holds(house, "EXAMPLE-1")


@pytest.fixture
def namesake(house: House) -> Browser:
    """A customer is numbered as an invoice of another one is."""
    for name in ("customers.csv", "invoices.csv", "payments.csv"):
        file = house.ledger_folder / name
        file.write_text(file.read_text("utf-8").replace("EXAMPLE-1001", "EXAMPLE-2"), "utf-8")
    take_ledger(house)
    answers(house, "EXAMPLE-2", "We paid this last Tuesday by bank transfer.")
    return signed_in(house, "carl", Role.COLLECTOR)


def test_what_is_done_on_a_customers_page_is_done_to_that_customer(house: House, namesake: Browser) -> None:
    page = namesake.get("/customers/EXAMPLE-2")
    assert "Example Cycles" in page.text
    namesake.send(page, "/customers/pause/EXAMPLE-2", why="she asked")
    namesake.send(page, "/customers/contact/email/EXAMPLE-2", address="new@cycles.example")
    assert HoldKind.BY_HAND in holds(house, "EXAMPLE-2")
    assert holds(house, "EXAMPLE-1") == []
    with house.store.reading() as connection:
        known = [people.get(connection, key) for key in ("EXAMPLE-1", "EXAMPLE-2")]
    assert [who.contact.email for who in known if who] == ["ada@bakery.example", "new@cycles.example"]


def test_a_promise_in_a_case_is_its_own_customers(house: House, namesake: Browser) -> None:
    namesake.send(namesake.get("/cases/1"), "/cases/1/promise", due_on="2026-12-04")
    with house.store.reading() as connection:
        assert [len(promise.of_customer(connection, key)) for key in ("EXAMPLE-1", "EXAMPLE-2")] == [0, 1]


def test_nothing_is_done_from_an_old_page_in_a_case_that_a_colleague_has_closed(house: House, carl: Browser) -> None:
    old, now = carl.get("/cases/1"), carl.get("/cases/1")
    carl.send(now, "/cases/1/resolve", resolution="paid by card")
    for action, fields in (("promise", {"due_on": "2026-12-04"}), ("paid", {})):
        assert "was resolved already: paid by card" in carl.send(old, f"/cases/1/{action}", **fields).text
    assert "was resolved already" in carl.get("/cases/1/release").text
    assert holds(house, "EXAMPLE-1") == [HoldKind.DISPUTE]


def test_a_payment_in_a_case_is_on_an_invoice_of_its_customer(carl: Browser) -> None:
    page = carl.send(carl.get("/cases/2"), "/cases/2/paid", invoice="EXAMPLE-1001")
    assert "EXAMPLE-1001 is an invoice of Example Bakery Ltd: note it there." in page.text


def test_a_pause_is_lifted_on_the_page_of_its_own_customer_only(house: House, carl: Browser) -> None:
    with house.store.reading() as connection:
        (dispute,) = active(hold.of_customers(connection, ["EXAMPLE-1"])["EXAMPLE-1"], house.clock.now())
    page = carl.get(f"/customers/lift/{dispute.hold_id}/EXAMPLE-2")
    for action in (f"/customers/lift/{dispute.hold_id}/EXAMPLE-2", f"/customers/lift/{dispute.hold_id}/NOBODY"):
        assert carl.post(action, carl.get("/me/").form("/sign-out").fields).status == 422, page.text
    assert holds(house, "EXAMPLE-1") == [HoldKind.DISPUTE]


def test_an_answer_goes_to_the_address_that_was_looked_at_or_stays_with_its_writer(house: House, carl: Browser) -> None:
    look = carl.send(carl.get("/cases/1/answer/"), "/cases/1/answer/look", text="The parcel is on its way. Carl")
    file = house.ledger_folder / "customers.csv"
    file.write_text(file.read_text("utf-8").replace("ada@bakery.example", "eve@bakery.example"), "utf-8")
    take_ledger(house)
    again = carl.send(look, "/cases/1/answer/send")
    assert (again.status, "is written to at eve@bakery.example by now" in again.text) == (422, True)
    assert "The parcel is on its way. Carl" in again.form("/cases/1/answer/send").fields["text"]
    assert "nothing left, the mode is draft" in carl.send(again, "/cases/1/answer/send").text
