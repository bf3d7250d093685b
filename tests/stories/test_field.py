"""What users of other products suffer from, in their own order: each of these pains is one test that ours passes.

docs/field-tests.md names every thread with its test, those in other rooms too, and says why where there is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from reminderbot.config import ConfigMistakes
from reminderbot.core.hold import HoldKind
from reminderbot.store import decision, hold, ledger
from tests.stories.world import LONDON, OUR_ADDRESS, World

Make = Callable[..., World]
OURS = """
[[ladder]]
name = "gentle"
days = {first}
[[ladder]]
name = "last"
days = {last}
"""


def overdue(make_world: Make, **options: object) -> World:
    """An invoice due on Thursday 4 March 2027; the gentle letter falls due on Sunday the 7th."""
    return make_world(**options).invoice("INV-1", "ACME", "2027-03-04").begin()


def reasons(world: World, customer_id: str) -> str:
    """Every gate that is shut, as `reminderbot why` tells it."""
    with world.house.store.reading() as connection:
        found = decision.latest(connection, customer_id)
    assert found is not None
    return "; ".join(gate.because for gate in found.made.closed)


def pause(world: World, customer_id: str, *invoices: str) -> None:
    """A person pauses a customer, or some of their invoices."""
    with world.house.store.writing() as connection:
        hold.place(connection, customer_id, HoldKind.BY_HAND, "olivia asked for quiet", world.now, invoices=invoices)
        ledger.review(connection, [customer_id], world.now)


# ---- 1. the reminder silently did not go out, and nobody can say why


@pytest.mark.parametrize("day", ["03-08", "03-09", "03-31"])
def test_an_outage_day_does_not_lose_a_reminder(make_world: Make, day: str) -> None:
    """invoiceninja#637, Dolibarr#25197: missed the exact day, and never again."""
    world = overdue(make_world)
    assert [sent.tier for sent in world.at(f"2027-{day} 10:00")] == ["gentle"]


def test_nobody_gets_the_second_reminder_without_the_first(make_world: Make) -> None:
    """invoiceninja#2183: cron was down on day 14, and the customer got reminder 2 first."""
    world = overdue(make_world)
    assert [sent.tier for sent in world.at("2027-03-22 10:00")] == ["gentle"]


def test_an_old_next_send_date_neither_silences_for_ever_nor_sends_daily(make_world: Make) -> None:
    """invoiceninja#11854: after an outage or import reminders 'will never be sent again', or come daily."""
    world = overdue(make_world)
    sent = world.at("2027-04-20 10:00") + world.until("2027-05-14", "09:30", "15:00")
    assert [(s.day, s.tier) for s in sent] == [("04-20", "gentle"), ("04-27", "check-in"), ("05-05", "options")]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Honolulu", "Asia/Kathmandu", "America/St_Johns"])
def test_no_zone_makes_a_reminder_vanish(make_world: Make, zone: str) -> None:
    """invoiceninja#8665: send hour and time zone together made the whole reminder vanish."""
    world = make_world().customer("ACME", time_zone=zone, country="").invoice("INV-1", "ACME", "2027-03-04").begin()
    world.at("2027-03-06 12:00")
    hours = [f"{hour:02}:20" for hour in range(24)]
    assert [sent.tier for sent in world.until("2027-03-09", *hours)] == ["gentle"]


def test_whatever_does_not_go_out_says_why(make_world: Make) -> None:
    """invoiceninja#2311, #9228, FOSSBilling#2843: '0 invoices found', and guessing."""
    world = make_world()
    world.invoice("INV-1", "EARLY", "2027-03-20").invoice("INV-2", "PAID", "2027-03-04", status="paid")
    world.invoice("INV-3", "NODUE", "").invoice("INV-4", "NOMAIL", "2027-03-04").invoice("INV-5", "QUIET", "2027-03-04")
    world.change_customer("NOMAIL", email="")
    world.begin()
    pause(world, "QUIET")
    world.at("2027-03-08 20:00")
    told = {name: reasons(world, name) for name in ("EARLY", "PAID", "NODUE", "NOMAIL", "QUIET")}
    assert "next is 'heads-up' for INV-1 on 2027-03-17" in told["EARLY"]
    assert "nothing is open" in told["PAID"]
    assert "no due date" in told["NODUE"]
    assert "no address" in told["NOMAIL"]
    assert "olivia asked for quiet" in told["QUIET"]


def test_notices_before_the_due_date_are_given(make_world: Make) -> None:
    """invoiceninja#5860: before-due reminders never fire."""
    world = make_world().invoice("INV-1", "ACME", "2027-03-12").begin()
    assert [(s.day, s.tier) for s in world.until("2027-03-11", "11:00")] == [("03-09", "heads-up")]


def test_a_changed_ladder_holds_for_invoices_already_overdue(make_world: Make) -> None:
    """invoiceninja#7437, #5458, #7466: turning the schedule on or changing it does not affect existing invoices."""
    world = overdue(make_world, more=OURS.format(first=20, last=40))
    world.at("2027-03-15 10:00")
    assert world.sent == []
    world.configure(more=OURS.format(first=5, last=40))
    world.restart()
    assert [sent.tier for sent in world.at("2027-03-15 11:00")] == ["gentle"]


@pytest.mark.parametrize(("moved_to", "gentle_on"), [("2027-03-18", "03-22"), ("2027-03-05", "03-08")])
def test_a_due_date_moved_later_moves_its_reminders(make_world: Make, moved_to: str, gentle_on: str) -> None:
    """invoiceninja#7460: due date changed, reminder still on the old date."""
    world = make_world().invoice("INV-1", "ACME", "2027-03-04").begin()
    world.at("2027-03-01 08:30")
    world.change("INV-1", due_on=moved_to)
    sent = [s for s in world.until("2027-03-23", "11:00") if s.tier == "gentle"]
    assert [s.day for s in sent] == [gentle_on]


def test_a_due_date_moved_earlier_is_not_held_against_the_customer(make_world: Make) -> None:
    """invoiceninja#7460: the later of two days counts."""
    world = make_world().invoice("INV-1", "ACME", "2027-03-18").begin()
    world.at("2027-03-01 08:30")
    world.change("INV-1", due_on="2027-02-01")
    assert [(s.day, s.tier) for s in world.until("2027-03-22", "11:00")] == [("03-15", "heads-up"), ("03-22", "gentle")]


def test_reminders_do_not_stop_at_the_due_date(make_world: Make) -> None:
    """invoiceninja#11160: endless reminders stop after the due date."""
    world = overdue(make_world)
    world.until("2027-03-16", "11:00")
    assert [sent.tier for sent in world.sent] == ["heads-up", "gentle", "check-in"]


def test_what_cannot_be_sent_at_midnight_is_sent_in_the_morning(make_world: Make) -> None:
    """erpnext#48308: not sendable at 00:00, so skipped for good."""
    world = overdue(make_world)
    assert world.at("2027-03-08 00:00") == []
    assert [sent.tier for sent in world.at("2027-03-08 09:00")] == ["gentle"]


def test_a_hold_at_midnight_defers_and_never_drops(make_world: Make) -> None:
    """erpnext#48308: on the day itself something was in the way; the day after it still goes."""
    world = overdue(make_world)
    pause(world, "ACME")
    assert world.until("2027-03-10", "00:00", "11:00") == []
    world.release("ACME")
    assert [sent.tier for sent in world.at("2027-03-10 12:00")] == ["gentle"]


def test_a_partly_paid_invoice_is_reminded_of_its_rest(make_world: Make) -> None:
    """OCA/credit-control#330: partially paid invoices are never reminded."""
    world = overdue(make_world)
    world.pay("INV-1", "100.00")
    (letter,) = world.at("2027-03-08 10:00")
    assert "GBP 20.00" in letter.text


# ---- 2. duplicate storms


def test_the_same_letter_never_twice_in_fifty_runs_an_hour(make_world: Make) -> None:
    """FOSSBilling#4024, #3963, #3726, invoiceninja#1447, #2649: the same mail at every cron run."""
    world = overdue(make_world)
    world.at("2027-03-08 09:00")
    for _ in range(50):
        world.clock.advance(timedelta(seconds=72))
        world.tick()
    assert [sent.tier for sent in world.sent] == ["gentle"]
    assert len(world.email.tried) == 1


def test_a_program_restarted_all_day_sends_it_once(make_world: Make) -> None:
    """invoiceninja#1447: run it once a day, was the answer."""
    world = overdue(make_world)
    world.at("2027-03-08 08:30")
    for _ in range(20):
        world.clock.advance(timedelta(minutes=20))
        world.restart()
        world.tick()
    assert [sent.tier for sent in world.sent] == ["gentle"]


def test_several_events_that_match_make_one_message_of_the_latest(make_world: Make) -> None:
    """ottehr#8308: several past-due events match, several texts go out."""
    world = make_world()
    for number in range(6):
        world.invoice(f"INV-{number}", "ACME", f"2027-02-{20 + number}")
    world.begin()
    assert len(world.at("2027-03-08 10:00")) == 1
    assert world.sent[0].lists == tuple(f"INV-{number}" for number in range(6))


def test_a_blank_cell_or_a_new_export_mails_nothing_again(make_world: Make) -> None:
    """adempiere#2369: leaving a field blank can re-mail every historic run."""
    world = overdue(make_world)
    world.at("2027-03-08 10:00")
    world.change("INV-1", po_number="PO 7", pay_url="https://pay.example/1")
    world.change_customer("ACME", name="Acme & Sons", contact_name="")
    assert world.at("2027-03-08 11:00") == []
    world.unlist("INV-1")
    world.at("2027-03-09 10:00")
    world.invoice("INV-1", "ACME", "2027-03-04")
    assert world.at("2027-03-10 10:00") == []
    assert [s.tier for s in world.until("2027-03-15", "11:00")] == ["check-in"]


# ---- 3. wrong money


@pytest.mark.parametrize("status", ["paid", "cancelled", "draft", "disputed"])
def test_what_is_not_simply_open_is_never_reminded_of(make_world: Make, status: str) -> None:
    """akaunting#259, #258, open-event-server#8158: reminded although paid, cancelled, or only a draft."""
    world = make_world().invoice("INV-1", "ACME", "2027-03-04", status=status).begin()
    assert world.until("2027-04-16", "11:00", step=2) == []


@pytest.mark.parametrize("status", ["paid", "cancelled"])
def test_what_is_settled_after_the_first_letter_gets_no_second(make_world: Make, status: str) -> None:
    """206Tours#450: paid in full, and 'why am I getting an email'."""
    world = overdue(make_world)
    world.at("2027-03-08 10:00")
    world.change("INV-1", status=status)
    assert world.until("2027-04-16", "11:00", step=2) == []


def test_a_paid_invoice_is_not_in_the_list_of_a_letter_about_others(make_world: Make) -> None:
    """portal#1085: paid invoices listed in the follow-up mail."""
    world = overdue(make_world).invoice("INV-2", "ACME", "2027-03-04", "77.00")
    world.pay("INV-1")
    (letter,) = world.at("2027-03-08 10:00")
    assert "INV-2" in letter.text
    assert "INV-1" not in letter.text


def test_a_customer_in_credit_is_not_asked_for_money(make_world: Make) -> None:
    """invoiceninja#4732, OCA/credit-control#211: credit notes not netted."""
    world = overdue(make_world)
    world.receive("ACME", "500.00", kind="credit_note")
    assert world.until("2027-04-16", "11:00", step=2) == []


def test_the_letter_speaks_of_the_open_balance_not_of_the_total(make_world: Make) -> None:
    """OCA/credit-control#380, erpnext#46770: two invoices, and the wrong sum on the first."""
    world = overdue(make_world).invoice("INV-2", "ACME", "2027-03-04", "50.00")
    world.pay("INV-1", "30.00", kind="credit_note")
    (letter,) = world.at("2027-03-08 10:00")
    assert "GBP 90.00" in letter.text
    assert "GBP 140.00" in letter.text


def test_nobody_is_dunned_on_the_due_date_itself(make_world: Make) -> None:
    """erpnext#45685: dunning offered on the due date itself."""
    world = make_world().invoice("INV-1", "ACME", "2027-03-09").begin()
    world.until("2027-03-08", "11:00")
    assert world.until("2027-03-09", "09:30", "12:00", "16:00") == []


def test_an_invoice_without_a_due_date_is_never_overdue(make_world: Make) -> None:
    """invoiceninja#7465: an invoice without a due date gets 'overdue' reminders."""
    world = make_world().invoice("INV-1", "ACME", "").begin()
    assert world.until("2027-04-30", "11:00", step=3) == []


def test_money_that_is_not_matched_calls_a_person_and_sends_nothing(make_world: Make) -> None:
    """orbiting/backends#523, the good pattern: warn the accountants, send nothing."""
    world = overdue(make_world)
    world.receive("ACME", "120.00")
    assert world.at("2027-03-08 10:00") == []
    assert world.case_kinds("ACME") == ["possibly_paid"]


# ---- 4. no way to pause


def test_one_invoice_can_be_paused_and_the_others_go_on(make_world: Make) -> None:
    """invoiceninja#4293, OCA/credit-control#170, #460: leave one out, but chase the others."""
    world = overdue(make_world).invoice("INV-2", "ACME", "2027-03-04", "77.00")
    world.at("2027-03-01 09:00")
    pause(world, "ACME", "INV-1")
    (letter,) = world.at("2027-03-08 10:00")
    assert letter.lists == ("INV-2",)
    assert "INV-1" not in letter.text


def test_one_customer_can_be_paused_and_the_others_go_on(make_world: Make) -> None:
    """invoiceninja#1578 ('I need a Mahnstopp'), QuickBooks: 'you can't exclude specific customers'."""
    world = overdue(make_world).invoice("INV-2", "BETA", "2027-03-04")
    world.at("2027-03-01 09:00")
    pause(world, "ACME")
    assert [sent.to for sent in world.at("2027-03-08 10:00")] == ["beta@customer.example"]
    assert "olivia asked for quiet" in reasons(world, "ACME")


def test_a_dispute_in_the_books_pauses_by_itself(make_world: Make) -> None:
    """portal#1332, YayPay: 'if a dispute is open, invoices are not excluded from the workflows'."""
    world = overdue(make_world)
    world.at("2027-03-08 10:00")
    world.change("INV-1", status="disputed")
    assert world.until("2027-04-09", "11:00", step=2) == []
    world.change("INV-1", status="open")
    # What the books settled goes on gently, as what was settled at the desk.
    assert world.until("2027-04-18", "11:00") == []
    assert [s.tier for s in world.at("2027-04-19 10:00")] == ["check-in"]


def test_a_promise_pauses_by_itself_and_says_so(make_world: Make) -> None:
    """Invoiced 362217, 181881: pause on a promise."""
    world = overdue(make_world)
    (letter,) = world.at("2027-03-08 10:00")
    world.answer("I will pay on Friday.", letter)
    world.at("2027-03-08 10:05")
    assert "they promised to pay by 2027-03-12" in reasons(world, "ACME")


# ---- 5. wrong hour, day, time zone


def test_nothing_leaves_at_night_at_weekends_or_on_holidays(make_world: Make) -> None:
    """erpnext#48308, frappe#33197, invoiceninja#9538, #2359, probo#1591: deferred, not skipped."""
    world = make_world()
    for number, due in enumerate(("02-20", "03-04", "03-10", "03-19", "03-23")):
        world.invoice(f"INV-{number}", f"C{number}", f"2027-{due}")
    world.begin()
    world.until("2027-04-02", "00:01", "08:30", "16:40", "16:50")
    local = [sent.at.astimezone(LONDON) for sent in world.sent]
    assert len(local) > 8
    assert all(9 <= at.hour < 17 and at.weekday() < 5 for at in local)
    # Good Friday and Easter Monday.
    assert not {f"{at:%m-%d}" for at in local} & {"03-26", "03-29"}


def test_the_letter_names_the_day_that_the_invoice_names(make_world: Make) -> None:
    """invoiceninja#792: the mail says due 30 March, the invoice says 31."""
    world = make_world().customer("ACME", time_zone="America/Los_Angeles", country="US", language="en-GB")
    world.invoice("INV-1", "ACME", "2027-03-31").begin()
    world.until("2027-04-05", "18:00")
    assert world.sent
    assert all("31 Mar 2027" in sent.text for sent in world.sent)


@pytest.mark.parametrize("day", ["2027-03-24", "2027-03-31"])
def test_ten_means_ten_before_and_after_the_clocks_are_moved(make_world: Make, day: str) -> None:
    """invoiceninja#8974: a 10:00 setting sends at 11:00."""
    world = make_world(sending='window = "10:00-11:00"')
    world.invoice("INV-1", "ACME", "2027-03-10").begin()
    world.clock.move_to(world.now + timedelta(days=15))
    assert world.at(f"{day} 09:59") == []
    assert len(world.at(f"{day} 10:00")) == 1


def test_the_customers_zone_counts_not_the_companys(make_world: Make) -> None:
    """invoiceninja#11692: 'localized to the client's timezone' in the docs, the company's in the code."""
    world = make_world().customer("ACME", time_zone="Asia/Tokyo", country="JP").invoice("INV-1", "ACME", "2027-03-04")
    world.begin()
    world.at("2027-03-07 23:59")
    # Nine in Tokyo is midnight in London; by nine in London it is six in the evening there.
    assert [f"{s.at:%d %H:%M}" for s in world.at("2027-03-08 00:00") + world.at("2027-03-08 09:00")] == ["08 00:00"]


def test_nothing_fires_at_midnight_and_again_at_the_right_time(make_world: Make) -> None:
    """scoutplan#237: fires at midnight and at the right time."""
    world = overdue(make_world)
    world.until("2027-03-08", *[f"{hour:02}:00" for hour in range(24)])
    assert [sent.tier for sent in world.sent] == ["heads-up", "gentle"]


# ---- 6. ladder too short, too rigid, or inverted


def test_a_ladder_has_as_many_tiers_as_one_likes(make_world: Make) -> None:
    """invoiceninja#1730, #2865: more than three; two before and four after."""
    days = (-14, -7, 3, 9, 15, 36)
    names = ("heads-up", "heads-up", "gentle", "check-in", "options", "last")
    tiers = "".join(
        f'[[ladder]]\nname = "t{place}"\nletter = "{name}"\ndays = {at_day}\n'
        for place, (at_day, name) in enumerate(zip(days, names, strict=True))
    )
    world = make_world(more=tiers).invoice("INV-1", "ACME", "2027-03-16").begin()
    sent = world.until("2027-04-30", "11:00")
    assert [(s.day, s.tier) for s in sent] == [
        ("03-02", "t0"), ("03-09", "t1"), ("03-19", "t2"), ("03-25", "t3"), ("03-31", "t4"), ("04-21", "t5"),
    ]  # fmt: skip


def test_the_sign_of_an_offset_means_what_it_says(make_world: Make) -> None:
    """Dolibarr#30771: the 60-days-late text goes out 60 days before the due date."""
    world = make_world().invoice("INV-1", "ACME", "2027-03-24").begin()
    for sent in world.until("2027-04-09", "11:00"):
        early = sent.at.date().isoformat() < "2027-03-24"
        assert (sent.tier == "heads-up") is early
    assert world.tiers() == ["03-22 heads-up", "03-30 gentle", "04-06 check-in"]


def test_a_ladder_upside_down_or_too_dense_is_refused_with_its_cure(make_world: Make) -> None:
    """FOSSBilling#1781, #2642: intervals that nobody checks."""
    world = make_world()
    with pytest.raises(ConfigMistakes, match="rising"):
        world.configure(more=OURS.format(first=40, last=10))
    with pytest.raises(ConfigMistakes, match="at least 30 days"):
        world.configure(more=OURS.format(first=3, last=29))


def test_a_call_falls_due_by_itself(make_world: Make) -> None:
    """OCA/credit-control#376: a phone call automatically at count 2; adempiere#1520: another text for each range."""
    world = overdue(make_world)
    world.until("2027-04-09", "11:00")
    assert world.case_kinds("ACME") == ["call"]
    assert len({sent.mail["Subject"] for sent in world.sent}) == len(world.sent)


# ---- 7. wrong recipient


def test_each_letter_goes_to_its_own_customer_alone_and_comes_from_us(make_world: Make) -> None:
    """akaunting#1646: sent to every customer; crater#599: a From that is not ours; invoiceninja#1083, #8500."""
    world = make_world()
    for number in range(4):
        world.invoice(f"INV-{number}", f"C{number}", "2027-03-04")
    world.begin()
    world.at("2027-03-08 10:00")
    assert {(s.to, s.lists) for s in world.sent} == {(f"c{n}@customer.example", (f"INV-{n}",)) for n in range(4)}
    for sent in world.sent:
        assert sent.mail["To"].addresses[0].addr_spec == sent.to
        assert sent.mail["From"].addresses[0].addr_spec == OUR_ADDRESS
        assert len(sent.mail["To"].addresses) == 1
        assert sent.mail["Cc"] is None
        assert sent.mail["Bcc"] is None
        # An answer comes back to the mailbox that is read.
        assert sent.mail["Reply-To"].addresses[0].domain == OUR_ADDRESS.partition("@")[2]


# ---- 8. text messages


@pytest.mark.parametrize("agreed", [True, False])
def test_who_has_no_mail_address_gets_a_text_if_they_agreed(make_world: Make, agreed: bool) -> None:
    """invoiceninja#1638, #7742, #9957, InvoiceShelf#366, MLInvoice#23, koto#42: texts, and only to who wants them."""
    tiers = '[[ladder]]\nname = "gentle"\ndays = 3\nchannels = ["email", "sms"]\n[[ladder]]\nname = "last"\ndays = 40\n'
    consent = {"sms_consent": "yes", "sms_consent_on": "2027-01-05", "sms_consent_how": "order form"} if agreed else {}
    world = make_world(sms=True, more=tiers).customer("ACME", email="", phone="+447700900123", **consent)
    world.invoice("INV-1", "ACME", "2027-03-04").begin()
    sent = world.at("2027-03-08 10:00")
    assert [s.to for s in sent] == (["+447700900123"] if agreed else [])
    assert world.case_kinds("ACME") == ([] if agreed else ["unreachable"])


# ---- 9. late fees and interest


def test_what_is_asked_for_never_grows_by_itself(make_world: Make) -> None:
    """invoiceninja#2330: a late fee added every hour; #11118, erpnext#58220: fees that are wrong or forgotten."""
    world = overdue(make_world)
    letters = world.until("2027-06-15", "10:00", "15:00", step=2)
    assert len(letters) >= 4
    assert {sums for sent in letters for sums in re.findall(r"GBP [\d,.]*\d", sent.text)} == {"GBP 120.00"}


# ---- credit notes that are cancelled


def test_a_cancelled_credit_note_opens_the_bill_with_a_person_first(make_world: Make) -> None:
    """OCA/credit-control#562: cancelled credit notes raise warnings, and nobody knows what is owed."""
    world = overdue(make_world)
    world.pay("INV-1", kind="credit_note")
    world.at("2027-03-08 10:00")
    world.pay("INV-1", "-120.00", kind="credit_note")
    assert world.until("2027-03-12", "10:00") == []
    assert world.case_kinds("ACME") == ["returned"]
    world.release("ACME")
    (letter,) = world.at("2027-03-15 10:00")
    assert letter.tier == "gentle"
    assert "GBP 120.00" in letter.text
