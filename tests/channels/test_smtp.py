"""What a mail server is told, and what its words are taken for; its faults are in tests/faults/test_smtp_matrix.py."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminderbot.channels.smtp import SmtpChannel, SmtpTimeouts
from reminderbot.channels.smtp_session import Relay, connect
from reminderbot.channels.smtp_transaction import envelope_for, transact
from reminderbot.core.delivery import Accepted, Blame, Deferred, Outcome, Refused, Uncertain
from tests.channels.messages import BODY, letter, unstuffed
from tests.servers.scripted_smtp import CLOSE, RESET, ScriptedSmtp

PATIENT = SmtpTimeouts(5, 5, 5)
HASTY = SmtpTimeouts(5, 0.1, 0.1)
WAYS_OF_OFFERING = [("PIPELINING", "8BITMIME"), ()]


def channel_to(server: ScriptedSmtp, timeouts: SmtpTimeouts = PATIENT) -> SmtpChannel:
    return SmtpChannel("127.0.0.1", server.port, "none", timeouts=timeouts)


def send_once(server: ScriptedSmtp, timeouts: SmtpTimeouts = PATIENT) -> Outcome:
    channel = channel_to(server, timeouts)
    assert channel.open() is None
    outcome = channel.send(letter())
    channel.close()
    return outcome


@pytest.mark.parametrize("offers", WAYS_OF_OFFERING)
def test_a_letter_arrives_byte_for_byte_with_its_dots_stuffed(offers: tuple[str, ...]) -> None:
    with ScriptedSmtp(offers=offers) as server:
        assert send_once(server) == Accepted("2.0.0 Ok: queued as 4XZ1")
        assert [unstuffed(wire) for wire in server.messages] == [BODY]
        assert b"MAIL FROM:<reply+t0k3n@sender.test>\r\nRCPT TO:<ann@acme.test>\r\nDATA\r\n" in server.heard
        assert server.heard.endswith(b"QUIT\r\n")


@pytest.mark.parametrize("offers", WAYS_OF_OFFERING)
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "dot"])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("450 4.2.0 greylisted, come back", "4.2.0"),
        ("452 full", "452"),
        ("451-4.3.0 not\r\n451 4.3.0 now", "4.3.0"),
        ("450 5.1.1 contradicts itself", "450"),
    ],
)
def test_not_now_is_deferred_at_every_step(step: str, answer: str, expected: str, offers: tuple[str, ...]) -> None:
    with ScriptedSmtp({step: answer}, offers) as server:
        outcome = send_once(server)
    assert isinstance(outcome, Deferred)
    assert (outcome.code, outcome.halts) == (expected, False)


@pytest.mark.parametrize("offers", WAYS_OF_OFFERING)
@pytest.mark.parametrize(
    ("step", "answer", "blame"),
    [
        ("RCPT", "550 5.1.1 no such user", Blame.ADDRESS),
        ("RCPT", "550-5.1.1 no\r\n550 5.1.1 such user", Blame.ADDRESS),
        ("RCPT", "556 5.1.10 null MX", Blame.ADDRESS),
        ("dot", "550 5.1.1 no such user", Blame.ADDRESS),
        # Postfix tells its opinion of the sender only at RCPT (smtpd_delay_reject).
        ("RCPT", "550 5.1.8 Sender address rejected: Domain not found", Blame.CHANNEL),
        ("RCPT", "553 5.1.7 bad sender syntax", Blame.CHANNEL),
        ("RCPT", "554 5.7.1 relay access denied", Blame.CHANNEL),
        ("dot", "554 5.7.1 looks like spam", Blame.CHANNEL),
        ("MAIL", "530 authentication required", Blame.CHANNEL),
        ("MAIL", "550 5.7.60 not allowed to send as this sender", Blame.CHANNEL),
        ("MAIL", "550 5.1.1 a riddle", Blame.MESSAGE),
        ("MAIL", "552 5.3.4 too large", Blame.MESSAGE),
        ("RCPT", "550 no", Blame.MESSAGE),
        ("RCPT", "550 5.2.1 mailbox disabled", Blame.MESSAGE),
        ("RCPT", "550 4.1.1 contradicts itself", Blame.MESSAGE),
        ("DATA", "554 5.5.1 no", Blame.MESSAGE),
        ("dot", "554 5.6.0 bad mail", Blame.MESSAGE),
    ],
)
def test_a_no_for_good_is_blamed_on_whom_the_enhanced_code_names(
    step: str, answer: str, blame: Blame, offers: tuple[str, ...]
) -> None:
    with ScriptedSmtp({step: answer}, offers) as server:
        outcome = send_once(server)
    assert isinstance(outcome, Refused)
    assert outcome.blame is blame
    assert answer[:3] in outcome.why


def test_an_answer_of_many_lines_is_one_answer() -> None:
    steps = ("connect", "RSET", "MAIL", "RCPT", "dot")
    script = {step: "220-a\r\n220 b" if step == "connect" else "250-first\r\n250 second" for step in steps}
    with ScriptedSmtp(script) as server:
        assert send_once(server) == Accepted("first second")


def test_data_taken_after_a_refused_recipient_gets_no_dot_and_submits_nothing() -> None:
    with ScriptedSmtp({"RCPT": ["550 5.1.1 no such user"]}) as server:
        channel = channel_to(server)
        refused = channel.send(letter())
        assert isinstance(refused, Refused)
        assert refused.blame is Blame.ADDRESS
        assert isinstance(channel.send(letter(recipient="bea@acme.test")), Accepted)
        channel.close()
        assert (len(server.messages), server.connections) == (1, 2)
        assert b"RSET" not in server.heard


def test_a_server_that_hangs_up_on_a_bad_recipient_has_still_refused_it() -> None:
    with ScriptedSmtp({"RCPT": "550 5.1.1 no such user", "DATA": CLOSE}) as server:
        outcome = send_once(server)
    assert isinstance(outcome, Refused)
    assert outcome.blame is Blame.ADDRESS


def test_one_connection_carries_fifty_letters_with_a_reset_before_each_but_the_first() -> None:
    with ScriptedSmtp() as server:
        channel = channel_to(server)
        counts = []
        for _ in range(51):
            assert isinstance(channel.send(letter()), Accepted)
            counts.append(server.connections)
        channel.close()
        assert (counts[48], counts[49], counts[50]) == (1, 1, 2)
        assert server.heard.count(b"RSET\r\n") == 49
        assert server.heard.count(b"RCPT TO:") == 51


@pytest.mark.parametrize("step", ["RSET", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("fault", [CLOSE, RESET, "421 4.4.2 idle too long", "junk", "354 what?\r\n354 what?"])
def test_a_connection_gone_stale_between_letters_is_replaced_without_a_word(step: str, fault: str) -> None:
    script = {step: [fault] if step == "RSET" else [None, fault]}
    with ScriptedSmtp(script) as server:
        channel = channel_to(server)
        assert isinstance(channel.send(letter()), Accepted)
        assert isinstance(channel.send(letter()), Accepted)
        channel.close()
        assert (server.connections, len(server.messages)) == (2, 2)


@pytest.mark.parametrize("answer", ["junk", "354 and now?"])
def test_an_uncertain_letter_ends_its_conversation_and_the_next_one_gets_a_fresh_one(answer: str) -> None:
    with ScriptedSmtp({"dot": [None, answer]}) as server:
        channel = channel_to(server)
        outcomes = [type(channel.send(letter())) for _ in range(3)]
        channel.close()
        assert outcomes == [Accepted, Uncertain, Accepted]
        assert (server.connections, len(server.messages)) == (2, 3)


def test_a_conversation_that_has_said_goodbye_to_ask_for_a_second_answer_carries_no_other_letter() -> None:
    with ScriptedSmtp({"dot": "552 5.2.2 too much\r\n250 2.0.0 taken after all"}) as server:
        session = connect(Relay("127.0.0.1", server.port, "none", "", "", "", PATIENT, None))
        outcome = transact(session, envelope_for(letter()), PATIENT, reset=False)
        assert isinstance(outcome, Uncertain) and "twice" in outcome.why
        assert session.wire.closed


def test_a_server_that_speaks_out_of_turn_does_not_get_the_letter() -> None:
    with ScriptedSmtp({"DATA": "354 go on\r\n250 2.0.0 already queued"}) as server:
        assert isinstance(send_once(server), Deferred)
        assert b"Good morning" not in server.heard


def test_a_server_going_down_after_the_letter_has_said_no_to_it_and_gets_no_other() -> None:
    with ScriptedSmtp({"dot": [None, "421 4.3.2 going down"]}) as server:
        channel = channel_to(server)
        assert isinstance(channel.send(letter()), Accepted)
        deferred = channel.send(letter())
        assert isinstance(deferred, Deferred)
        assert (deferred.code, deferred.halts, server.connections) == ("4.3.2", False, 1)
        assert isinstance(channel.send(letter()), Accepted)
        channel.close()
        assert server.connections == 2


def test_a_server_without_reset_gets_a_fresh_connection_for_each_letter() -> None:
    with ScriptedSmtp({"RSET": "502 5.5.1 what is RSET"}) as server:
        channel = channel_to(server)
        assert [type(channel.send(letter())) for _ in range(3)] == [Accepted] * 3
        channel.close()
        assert server.connections == 3


def test_a_conversation_past_its_time_is_ended_before_the_next_letter() -> None:
    with ScriptedSmtp() as server:
        channel = channel_to(server, SmtpTimeouts(5, 5, 5, session=0))
        assert [type(channel.send(letter())) for _ in range(2)] == [Accepted] * 2
        channel.close()
        assert server.connections == 2
        assert server.heard.count(b"QUIT\r\n") == 2


@pytest.mark.parametrize("bare", [b"a\nb\r\n", b"a\rb\r\n", b"x\r\n.\n", b"\n.\n", b"\r.\r", b"a\r\r\n", b"a\n\r\n"])
def test_a_letter_with_a_bare_line_end_is_our_mistake_and_nothing_is_sent(bare: bytes) -> None:
    with ScriptedSmtp() as server:
        channel = channel_to(server)
        with pytest.raises(ValueError, match="reminder 17 has a bare CR or LF"):
            channel.send(letter(bare))
        assert server.connections == 0


@pytest.mark.parametrize(
    "body",
    [
        b"S: x\r\n\r\nhi\r\n.\r\nMAIL FROM:<evil@x.test>\r\nRCPT TO:<victim@x.test>\r\nDATA\r\n\r\nsmuggled\r\n.\r\n",
        b".\r\n",
        b".\r\n.\r\n..\r\n",
        b"no line end at all",
        b"",
    ],
)
def test_a_body_that_tries_to_smuggle_arrives_as_one_message(body: bytes) -> None:
    with ScriptedSmtp() as server:
        channel = channel_to(server)
        assert isinstance(channel.send(letter(body)), Accepted)
        channel.close()
        assert len(server.messages) == 1
        assert unstuffed(server.messages[0]) == (body if body.endswith(b"\r\n") else body + b"\r\n")


@given(st.lists(st.text(alphabet=".a\t MAIL", max_size=6), max_size=8))
@settings(max_examples=200)
def test_only_the_last_line_on_the_wire_is_a_lone_dot_whatever_the_letter(lines: list[str]) -> None:
    body = "".join(f"{line}\r\n" for line in lines).encode()
    wire = envelope_for(letter(body or b"\r\n")).content
    assert wire.endswith(b"\r\n.\r\n")
    assert wire.split(b"\r\n").index(b".") == wire.count(b"\r\n") - 1
    assert unstuffed(wire.removesuffix(b".\r\n")) == (body or b"\r\n")


@pytest.mark.parametrize("recipient", ["a@x.test>\r\nRCPT TO:<b@x.test", "a b@x.test", "", "nobody", "a@x.test\ud800"])
def test_an_address_that_fits_no_envelope_is_refused_and_never_reaches_the_wire(recipient: str) -> None:
    with ScriptedSmtp() as server:
        channel = channel_to(server)
        outcome = channel.send(letter(recipient=recipient))
        channel.close()
        assert isinstance(outcome, Refused)
        assert outcome.blame is Blame.ADDRESS
        assert b"RCPT" not in server.heard


def test_a_sender_that_fits_no_envelope_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="sender"):
        envelope_for(letter(sender="x@y.test> SIZE=1"))


def test_an_address_outside_ascii_goes_only_where_smtputf8_is_offered() -> None:
    with ScriptedSmtp(offers=("PIPELINING", "8BITMIME")) as server:
        channel = channel_to(server)
        refused = channel.send(letter(recipient="jörg@acme.test"))
        assert isinstance(refused, Refused)
        assert refused.blame is Blame.MESSAGE
        assert isinstance(channel.send(letter()), Accepted)
        channel.close()
        assert b"SMTPUTF8" not in server.heard
    with ScriptedSmtp(offers=("SMTPUTF8", "8BITMIME", "SIZE 9999")) as server:
        channel = channel_to(server)
        body = "To: jörg@acme.test\r\n\r\nhi\r\n".encode()
        assert isinstance(channel.send(letter(body, recipient="jörg@acme.test")), Accepted)
        channel.close()
        assert f"SIZE={len(body)} BODY=8BITMIME SMTPUTF8\r\nRCPT TO:<jörg@acme.test>".encode() in server.heard


def test_bytes_over_127_go_only_where_8bitmime_is_offered() -> None:
    with ScriptedSmtp(offers=("PIPELINING",)) as server:
        channel = channel_to(server)
        outcome = channel.send(letter("S: x\r\n\r\n£ 5\r\n".encode()))
        channel.close()
    assert isinstance(outcome, Refused)
    assert outcome.blame is Blame.MESSAGE


def test_nobody_listening_defers_and_halts_with_host_failure_and_cure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    channel = SmtpChannel("127.0.0.1", port, "none")
    for failed in (channel.open(), channel.send(letter())):
        assert isinstance(failed, Deferred)
        assert failed.halts
        assert failed.why == (
            f"Cannot connect to the mail server 127.0.0.1:{port} (Connection refused): "
            f"check [email] host and port, and that no firewall is in the way."
        )
    channel.close()


def test_closing_never_raises_and_twice_is_once() -> None:
    with ScriptedSmtp({"QUIT": RESET}) as server:
        channel = channel_to(server)
        channel.close()
        assert channel.open() is None
        channel.close()
        channel.close()


@pytest.mark.parametrize(("security", "host"), [("none", "mail.example"), ("none", "10.0.0.1"), ("ssl", "127.0.0.1")])
def test_clear_text_is_for_this_machine_only(security: str, host: str) -> None:
    with pytest.raises(ValueError, match="security"):
        SmtpChannel(host, 25, security)
