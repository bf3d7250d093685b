"""Understanding as a whole: nothing breaks it, and in doubt a person is called."""

from __future__ import annotations

import time
from datetime import datetime
from decimal import Decimal
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminderbot.core.understanding import Kind, Understanding
from reminderbot.replies.understand import Context, understand_email, understand_sms

RECEIVED = datetime.fromisoformat("2026-03-04T10:00:00+00:00")
CONTEXT = Context(("INV-4711", "INV-4712"), Decimal(480), "GBP", "en-GB")


def sms(text: str) -> Understanding:
    return understand_sms(text, RECEIVED, CONTEXT)


def mail(text: str, **headers: str) -> Understanding:
    message = EmailMessage()
    for name, value in ({"From": "a@b.example", "Subject": "Re: Reminder"} | headers).items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return understand_email(message.as_bytes(), RECEIVED, CONTEXT)


@settings(max_examples=120)
@given(st.binary(max_size=1_500))
def test_no_bytes_break_it_and_unread_bytes_call_a_person(raw: bytes) -> None:
    found = understand_email(raw, RECEIVED, CONTEXT)
    assert found.kinds


@settings(max_examples=120)
@given(st.text(max_size=400))
def test_no_text_breaks_it(text: str) -> None:
    assert sms(text).kinds


SIGNS = [
    *("a", " ", "\n", ">", "-", "_", "1", "1,", "(", "'", "a'", ".", "? ", "On 1 ", "From: x\n", "will ", "1/2/3/"),
    *("@", "a@", "é", "<", "=?"),
]


@pytest.mark.parametrize("sign", SIGNS)
def test_a_hundred_thousand_signs_take_less_than_a_second(sign: str) -> None:
    text = (sign * 100_000)[:100_000]
    began = time.process_time()
    sms(text)
    understand_email(b"From: a@b.example\n\n" + text.encode(), RECEIVED, CONTEXT)
    understand_email(b"Content-Type: text/html\n\n" + text.encode(), RECEIVED, CONTEXT)
    understand_email(b"Return-Path: <>\nSubject: failure\n\n" + text.encode(), RECEIVED, CONTEXT)
    assert time.process_time() - began < 4.0


# Each looks harmless at first sight and is not.
@pytest.mark.parametrize(
    "text",
    [
        "We will pay on Friday. The sofa has a hole.",
        "Thanks for the reminder, but the parcel is empty",
        "ok thanks but who are you",
        "I'll pay Friday unless it rains",
        "We'll pay the undisputed part on Friday",
        "Stop sending me broken chairs",
        "fine. take it to small claims",
        "I'll send the goods back on Friday",
        "I'll send you photos on Friday",
        "We shall pay on Friday minus the cost of repair",
        "Thanks. Mr Jones died.",
        "I'll pay half on Friday",
        "payment by Friday is impossible",
        "Friday is no good",
        "Until Friday I have no money",
        "we get paid friday",
        "stop texting me I paid",
        "please stop emailing, my mother died",
        "On holiday till 12 March, your engineer broke our gate",
        "will pay on the 32nd",
        "We will pay on 3 March",
        "wir zahlen am Freitag, aber nur die Hälfte",
        "nous paierons vendredi si vous livrez",
        "pagamos el viernes la mitad",
        "venerdì pago solo la metà",
        "pago sexta se consertarem",
        "betaal vrijdag als het gerepareerd is",
        "Odpowiem później",
        "هذا خطأ",
    ],
)
def test_what_is_not_wholly_understood_goes_to_a_person(text: str) -> None:
    assert sms(text).needs_human
    assert mail(text).needs_human


@pytest.mark.parametrize(
    ("text", "disputed"),
    [
        ("There is nothing wrong with the chairs, we will pay on Friday", False),
        ("No complaints at all, will pay on Friday", False),
        ("The chairs are broken, we will pay on Friday", True),
        ("Not only the chairs are broken, we will pay on Friday", True),
        ("No, the chairs are broken, we will pay on Friday", True),
    ],
)
def test_a_complaint_that_is_denied_is_none(text: str, disputed: bool) -> None:
    assert (Kind.DISPUTE in sms(text).kinds) is disputed


def test_a_day_on_a_line_of_its_own_is_no_signature() -> None:
    found = mail("Hello Jo,\n\nthe money leaves our account on\nFriday.\n\nKind regards\nAnn")
    assert str(found.promise_on) == "2026-03-06"


@pytest.mark.parametrize("text", ["I'll pay within 48 hours", "will pay in 45 days", "I pay 100 % on Friday"])
def test_a_count_is_no_sum(text: str) -> None:
    assert sms(text).promise_amount is None


@pytest.mark.parametrize(
    "text",
    [
        "I get paid on Friday. I'll pay you then.",
        "My controller is back Friday and has the token. She will wire it that day.",
        "Our next run is Friday 6 March. You will be on it.",
    ],
)
def test_a_promise_to_pay_then_takes_the_day_named_before_it(text: str) -> None:
    assert str(sms(text).promise_on) == "2026-03-06"


def test_then_is_no_day_where_none_was_named() -> None:
    assert sms("I was away for a while. I'll pay you then.").promise_on is None


def test_the_day_named_twice_is_the_one_meant() -> None:
    found = sms("We cut checks on the 15th and the 30th, you're in the batch for the 30th.")
    assert str(found.promise_on) == "2026-03-30"


@pytest.mark.parametrize("praise", ["10/10", "10/10 service", "Love it. 5/5."])
def test_marks_out_of_ten_are_no_day_in_october(praise: str) -> None:
    assert str(sms(f"Will pay on Friday. {praise}").promise_on) == "2026-03-06"
    assert str(sms("Will pay on 10/10").promise_on) == "2026-10-10"


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("Friday is when I get paid, so I'll send it on Friday", True),
        ("I'll send it on Friday when the job is finished", False),
    ],
)
def test_a_day_on_which_something_happens_is_no_condition(text: str, alone: bool) -> None:
    assert sms(text).needs_human != alone


@pytest.mark.parametrize(
    ("aside", "alone"),
    [
        ("Tell Bill the new gate swings like a dream.", True),
        ("The piano sounded glorious at the Remembrance rehearsal on Sunday.", True),
        ("Those camellias came up a treat round the bandstand.", True),
        ("The gate swings like a dream when it shuts at all.", False),
        ("The new lawn looked lovely for a week.", False),
        ("Your lads did a fine job on the wrong slab.", False),
    ],
)
def test_praise_beside_a_promise_calls_nobody_and_a_complaint_that_begins_so_does(aside: str, alone: bool) -> None:
    found = mail(f"You'll have it on Friday. {aside}")
    assert (found.promise_on and found.promise_on.day, found.needs_human) == (6, not alone)


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("Will do it on Friday when I've been paid.", True),
        ("I'll settle up on Thursday, when my wages are in.", True),
        ("I'll pay it when I get paid.", False),
        ("I'll sort it on Friday, selling the car.", False),
    ],
)
def test_waiting_for_pay_is_no_hardship_where_the_day_is_named(text: str, alone: bool) -> None:
    assert sms(text).needs_human != alone


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("I mailed you a check on the 9th.", (Kind.PAID,)),
        ("The check will be mailed on the 9th.", (Kind.PROMISE,)),
    ],
)
def test_the_day_of_a_payment_made_is_none_to_come(text: str, kinds: tuple[Kind, ...]) -> None:
    assert sms(text).kinds == kinds


def test_a_day_added_with_which_is_says_which_one_was_meant() -> None:
    found = sms("We close on Thursday 12 March and you will be paid in the final run, which is on Wednesday.")
    assert str(found.promise_on) == "2026-03-11"


@pytest.mark.parametrize("text", ["can u take me off these texts thanks", "Would ye ever give over texting me"])
def test_a_wish_for_no_more_texts_may_be_put_as_a_question(text: str) -> None:
    found = sms(text)
    assert found.kinds == (Kind.OPT_OUT,)
    assert not found.needs_human


def test_a_question_below_machine_headers_calls_a_person() -> None:
    stamped = {"Subject": "Re: Reminder", "Auto_Submitted": "auto-generated", "X_Auto_Response_Suppress": "All"}
    assert mail("Which job is this for, Dundrum or Swords?", **stamped).needs_human
    assert mail("I am away until Monday.", **stamped).kinds == (Kind.AUTO_REPLY,)
    assert not mail("This is an automated reply. In a hurry? Ring us.", **stamped).needs_human


@pytest.mark.parametrize("text", ["I finished up at Acme on 28 February.", "I have hung up my boots."])
def test_a_notice_of_somebody_gone_for_good_names_a_wrong_contact(text: str) -> None:
    found = mail(text, Subject="Automatic reply: Reminder", Auto_Submitted="auto-replied")
    assert found.kinds == (Kind.AUTO_REPLY, Kind.WRONG_CONTACT)
    assert found.needs_human


def test_a_thumb_in_a_mail_is_an_acknowledgement() -> None:
    assert mail("\N{THUMBS UP SIGN}").kinds == (Kind.ACK,)
    assert not mail("\N{THUMBS UP SIGN}").needs_human
    assert mail("\N{THUMBS UP SIGN} but two of them leak").needs_human


def test_of_several_days_of_return_the_last_counts() -> None:
    found = mail("I am back on 5 March. No: I am back on 9 March.", Auto_Submitted="auto-replied")
    assert str(found.return_on) == "2026-03-09"


def test_two_sums_on_two_days_are_instalments() -> None:
    found = sms("I will pay 240 on Friday and the other 240 on the 20th")
    assert {Kind.INSTALMENTS, Kind.PROMISE} <= set(found.kinds)
    assert found.needs_human


@pytest.mark.parametrize(("day", "asks"), [("1 July", False), ("2 July", False), ("3 July", True)])
def test_a_promise_for_a_day_far_away_calls_a_person(day: str, asks: bool) -> None:
    # Four months after 4 March, to the day.
    assert sms(f"We will pay on {day} 2026").needs_human is asks


def test_a_payment_under_way_is_no_promise_though_a_day_is_named() -> None:
    found = sms("The transfer is gone since Tuesday, normally it arrives in two days")
    assert found.kinds[0] is Kind.PAID
    assert found.needs_human


@pytest.mark.parametrize(
    "text",
    [
        "Don't you dare email me again you nasty little man or you'll regret it.",
        "Take me off your list, you horrible people.",
        "Don't email me again or I'll come round.",
    ],
)
def test_an_opt_out_with_a_threat_or_an_insult_calls_a_person(text: str) -> None:
    found = mail(text)
    assert (Kind.OPT_OUT in found.kinds, found.needs_human) == (True, True)


def test_an_opt_out_beside_a_day_is_more_than_an_opt_out() -> None:
    assert not sms("please take me off your list").needs_human
    assert sms("Friday, then lose my number").needs_human


def test_thanks_beside_a_figure_are_more_than_thanks() -> None:
    assert not sms("ok thanks").needs_human
    assert sms("ok thanks, 150").needs_human
    assert sms("ok thanks, 0491 570 156").needs_human


def test_a_word_of_paying_beside_a_day_promises() -> None:
    found = sms("bank is next to the dentist so the transfer is on my round tomorrow")
    assert (found.kinds, str(found.promise_on)) == ((Kind.PROMISE,), "2026-03-05")
    assert Kind.PROMISE not in sms("no transfer tomorrow").kinds


def test_a_hint_names_the_kind_where_nothing_clearer_is_said_and_calls_a_person() -> None:
    found = sms("You quoted me eleven and it says twelve")
    assert (found.kinds, found.needs_human) == ((Kind.DISPUTE,), True)


@pytest.mark.parametrize(
    ("text", "kinds", "day"),
    [
        ("The trade gets its envelopes from me on the 25th.", (Kind.PROMISE,), 25),
        ("Thanks. My wife goes round with the envelopes on the 25th.", (Kind.PROMISE,), 25),
        ("The trade never gets its envelopes from me on the 25th.", (Kind.OTHER,), None),
        ("Does the trade get its envelopes on the 25th?", (Kind.QUESTION,), None),
        ("The moon is full on the 25th.", (Kind.OTHER,), None),
    ],
)
def test_a_day_in_words_nobody_has_taught_may_be_promised_and_calls_a_person(
    text: str, kinds: tuple[Kind, ...], day: int | None
) -> None:
    found = sms(text)
    assert (found.kinds, found.promise_on and found.promise_on.day, found.needs_human) == (kinds, day, True)


def test_what_a_word_or_two_seem_to_show_yields_to_what_is_plainly_said() -> None:
    assert sms("Not me, I'm a schoolteacher in Gore and you have the wrong number").kinds == (Kind.WRONG_CONTACT,)
    found = sms("I've just been laid off, I lost my job and my universal credit was not paid")
    assert found.kinds == (Kind.HARDSHIP,)


def test_of_two_bills_for_one_thing_that_paid_is_the_other() -> None:
    assert sms("This invoice repeats the one we settled in May").kinds == (Kind.DISPUTE,)
    assert sms("INV-4711 was billed twice, INV-4712 was paid in January").kinds == (Kind.DISPUTE, Kind.PAID)


def test_a_payment_that_is_only_asked_about_leaves_the_question() -> None:
    assert sms("Would it be alright if I paid on February 6?").kinds == (Kind.QUESTION,)


@pytest.mark.parametrize("said", ["I thought I paid this", "I swear I paid this", "I could have sworn we paid it"])
def test_thanks_beside_a_payment_that_they_believe_in_call_a_person(said: str) -> None:
    found = sms(f"Thanks, {said}")
    assert found.kinds == (Kind.PAID,) and found.needs_human


def test_a_payment_believed_in_by_mistake_is_none_beside_a_promise() -> None:
    assert sms("I thought Alan paid you and Alan thought I paid you. Will pay on Friday").kinds == (Kind.PROMISE,)


@pytest.mark.parametrize("said", ["look at your bank statement", "plant cut us down to 2 days a week"])
def test_a_set_phrase_that_cuts_into_a_claim_settles_nothing(said: str) -> None:
    assert sms(f"{said}. Will pay on Friday.").needs_human


@pytest.mark.parametrize("said", ["It went in the post on Monday", "The cheque went in the mail on Tuesday"])
def test_what_went_in_the_post_is_paid_whatever_day_is_named(said: str) -> None:
    assert sms(said).kinds == (Kind.PAID,)


def test_a_set_phrase_that_holds_most_of_what_sounds_like_a_claim_is_small_talk() -> None:
    found = sms("Your invoice was sitting in the wrong tray in the school office. Will pay on Friday.")
    assert found.kinds == (Kind.PROMISE,) and not found.needs_human


def test_what_a_machine_writes_is_never_a_promise_or_a_payment() -> None:
    found = mail("I will pay on Friday. We have paid. STOP", Auto_Submitted="auto-replied")
    assert found.by_machine
    assert not found.promise_on


def test_one_unexplained_sentence_is_shown_as_the_reason() -> None:
    found = sms("Will pay on Friday. The carpet is still rolled up in the hall.")
    assert found.needs_human
    assert found.unexplained == ("The carpet is still rolled up in the hall.",)


def test_each_finding_names_its_invoices() -> None:
    found = sms("INV-4711 is paid. INV-4712 is wrong, we never received it.")
    assert {(f.kind, f.invoices) for f in found.findings} >= {
        (Kind.PAID, ("INV-4711",)),
        (Kind.DISPUTE, ("INV-4712",)),
    }


def test_a_promise_of_a_part_names_the_sum_and_calls_a_person() -> None:
    found = sms("I'll send 200 on Friday")
    assert (found.promise_amount, found.needs_human) == (Decimal(200), True)
    assert sms("I'll send £480 on Friday").promise_amount is None


@pytest.mark.parametrize(("said", "amount"), [("R300", "300.00"), ("R1,800", "1800.00"), ("1,800", "1800.00")])
def test_a_part_is_one_however_the_sum_is_written(said: str, amount: str) -> None:
    context = Context(("INV-4711",), Decimal(2_250), "ZAR", "en-ZA")
    found = understand_sms(f"{said} will be with you on Friday.", RECEIVED, context)
    assert (str(found.promise_amount), found.needs_human) == (amount, True)


def test_a_mail_cut_short_calls_a_person_whatever_it_says() -> None:
    raw = b"From: a@b.example\nContent-Type: text/html\n\n<style>.x{display:none}</style><p>We will pay on Friday.</p>"
    found = understand_email(raw, RECEIVED, CONTEXT)
    assert found.needs_human
    assert found.error


def test_an_attachment_calls_a_person() -> None:
    message = EmailMessage()
    message["From"] = "a@b.example"
    message.set_content("We will pay on Friday.")
    message.add_attachment(b"x", maintype="application", subtype="pdf", filename="contract.pdf")
    assert understand_email(message.as_bytes(), RECEIVED, CONTEXT).needs_human


def test_a_bounce_names_the_address_our_mail_and_the_code() -> None:
    raw = (
        b"From: MAILER-DAEMON@b.example\nSubject: Undelivered\nMIME-Version: 1.0\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n"
        b"--x\nContent-Type: text/plain\n\nno\n--x\nContent-Type: message/delivery-status\n\n"
        b"Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; Anna@b.example\n"
        b"Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 user unknown\n\n"
        b"--x\nContent-Type: text/rfc822-headers\n\nMessage-ID: <r.7.mac@f.example>\n\n--x--\n"
    )
    found = understand_email(raw, RECEIVED, CONTEXT)
    assert found.kinds == (Kind.BOUNCE_HARD,)
    assert found.bounce is not None
    assert (found.bounce.address, found.bounce.message_id, found.bounce.code) == (
        "anna@b.example",
        "<r.7.mac@f.example>",
        "5.1.1",
    )


# Invariant 16: a text message that asks for no more of them is heard, whatever else it says.
STOPS = [
    *(
        "STOP",
        "stop",
        " Stop. ",
        "STOP!!!",
        "S T O P",
        "s.t.o.p",
        "“Stop”",
        "STOP STOP",
        "ＳＴＯＰ",
        "stop\u200b",
        "🛑",
    ),
    *("STOP PLEASE", "please stop", "pls stop texting", "Stop thanks", "Ok stop now", "stop it", "stop sms pls"),
    *("STOPALL", "unsubscribe", "Unsubscribe me please", "cancel", "please cancel", "Cancel please", "END", "QUIT"),
    *("REVOKE", "opt out", "OPT-OUT", "optout", "opt me out", "I want to opt out", "I revoke my consent"),
    *("no more texts", "No more messages please", "no texts please", "text me no more", "cancel texts", "end messages"),
    *("do not text me", "don't text me again", "dont message me anymore", "please end these texts", "cease all texts"),
    *("remove me from your list", "take me off your list", "remove my number", "lose my number", "leave me alone"),
    *(
        "STOP I already paid",
        "Who is this? Stop",
        "wrong number stop",
        "I will pay Friday. STOP",
        "Paid. no more texts",
    ),
    *("arrêt", "Baja", "Stopp", "bitte keine SMS mehr", "no más mensajes", "basta sms", "sluta skicka sms"),
]
GOES_ON = [
    *("I'll stop by on Friday", "we cannot stop the order any more", "Please stop worrying, I pay on Friday"),
    *("it is at the bus stop", "non stop work here, paying Monday", "We had to stop payment of the cheque"),
    *("I will pay by the end of the week", "Please cancel invoice INV-4711, we sent the goods back", "thanks"),
]


@pytest.mark.parametrize("said", STOPS)
def test_whoever_asks_for_no_more_texts_gets_none(said: str) -> None:
    assert Kind.OPT_OUT in sms(said).kinds


@pytest.mark.parametrize("said", GOES_ON)
def test_the_word_alone_is_not_taken_for_the_wish(said: str) -> None:
    assert Kind.OPT_OUT not in sms(said).kinds


def test_what_else_a_stop_says_still_goes_to_a_person() -> None:
    found = sms("STOP I already paid")
    assert set(found.kinds) == {Kind.PAID, Kind.OPT_OUT}
    assert found.needs_human


def test_who_names_somebody_else_that_sees_to_it_promises_nothing() -> None:
    found = sms("Wrong person, I left the firm. Ask Belland & Co, they will pay it.")
    assert found.kinds == (Kind.WRONG_CONTACT,)


def test_what_was_paid_before_a_bill_came_twice_leaves_the_dispute() -> None:
    found = sms("This has been billed twice for the same job, the first one I had already paid in January.")
    assert found.kinds == (Kind.DISPUTE,)
