"""How a token is shown: byte for byte as RFC 7628 and Google write it, and every refusal is read or passed over."""

from __future__ import annotations

from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminderbot.core.oauth import choose, first_response, last_response, refusal

# RFC 7628 4.1.
RFC = (
    "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52"
    "YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
)
# developers.google.com/workspace/gmail/imap/xoauth2-protocol.
GOOGLE = (
    "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0"
    "Q2cBAQ=="
)


def test_oauthbearer_is_written_as_in_the_rfc() -> None:
    token = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="
    first = first_response("OAUTHBEARER", "user@example.com", "server.example.com", 143, token)

    assert b64encode(first).decode() == RFC
    assert b64encode(last_response("OAUTHBEARER")) == b"AQ=="


def test_xoauth2_is_written_as_google_shows_it() -> None:
    token = "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"

    assert b64encode(first_response("XOAUTH2", "someuser@example.com", "ignored", 1, token)).decode() == GOOGLE
    assert last_response("XOAUTH2") == b""


def test_a_comma_or_equals_sign_in_the_name_does_not_end_it() -> None:
    assert first_response("OAUTHBEARER", "a,b=c", "h", 1, "t").startswith(b"n,a=a=2Cb=3Dc,\1")


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["PLAIN", "OAUTHBEARER", "XOAUTH2"], "XOAUTH2"),
        (["PLAIN", "OAUTHBEARER"], "OAUTHBEARER"),
        (["XOAUTH2"], "XOAUTH2"),
        (["PLAIN", "XOAUTH"], ""),
        ([], ""),
    ],
)
def test_the_mechanism_is_one_that_the_server_offers(offered: list[str], chosen: str) -> None:
    assert choose(offered) == chosen


@pytest.mark.parametrize(
    ("challenge", "told"),
    [
        # RFC 7628 4.2, and Google's page.
        (
            b64decode(
                "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NvcGUiOiJleGFtcGxlX3Njb3BlIiwib3BlbmlkLWNvbmZpZ3VyYXRpb24iOiJo"
                "dHRwczovL2V4YW1wbGUuY29tLy53ZWxsLWtub3duL29wZW5pZC1jb25maWd1cmF0aW9uIn0="
            ),
            "the token was refused with status invalid_token; it wants the scope example_scope",
        ),
        (
            b64decode(
                "eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIG1hYyIsInNjb3BlIjoiaHR0cHM6Ly9tYWlsLmdvb2dsZS5jb20vIn0K"
            ),
            "the token was refused with status 401; it wants the scope https://mail.google.com/",
        ),
        (b'{"status": 400}', "the token was refused with status 400"),
        (b"", ""),
        (b"not json", ""),
        (b'["401"]', ""),
        (b'{"status": {"a": 1}}', ""),
        (b"\xff\xfe", ""),
        (b"[" * 100_000, ""),
    ],
)
def test_the_servers_challenge_becomes_a_sentence(challenge: bytes, told: str) -> None:
    assert refusal(challenge) == told


@given(st.binary())
def test_whatever_the_challenge_holds_the_sentence_fits_on_a_line(challenge: bytes) -> None:
    assert refusal(challenge).isprintable()


def test_a_challenge_cannot_steer_a_terminal_or_fill_the_log() -> None:
    told = refusal(b'{"status": "\\u001b[2J\\r\\n' + b"x" * 10_000 + b'"}')

    assert told.isprintable()
    assert len(told) < 300
