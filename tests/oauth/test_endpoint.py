"""One request to a provider: every way it can answer, or not, ends in time as a yes, a no, or a later."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

import pytest

from reminderbot.oauth.endpoint import MOST_BYTES, Denied, Granted, Unreached, ask
from tests.servers.oauth import Answer, Provider, reply
from tests.servers.tls import Authority

FORM = {"grant_type": "refresh_token", "refresh_token": "canary/+token", "client_secret": "canary secret"}


def drip(handler: BaseHTTPRequestHandler) -> None:
    """A byte now and then: no time-out of a socket ever trips."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    for _ in range(100):
        time.sleep(0.05)
        handler.wfile.write(b"x")


def hang(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.recv(1)


def cut(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"access')
    handler.connection.shutdown(socket.SHUT_RDWR)


def mumble(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"220 ready\r\n")


def elsewhere(handler: BaseHTTPRequestHandler) -> None:
    reply(handler, 307, {}, Location="http://127.0.0.1:9/token")


def busy(handler: BaseHTTPRequestHandler) -> None:
    reply(handler, 429, {"error": "slow_down"}, Retry_After="120")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((500, b"oops"), "it answered 500"),
        ((503, {"error": "invalid_grant"}), "it answered 503"),
        ((404, b"<html>"), "it answered 404 without a reason that could be read"),
        ((400, b"<html>"), "it answered 400 without a reason that could be read"),
        ((400, {"error": "temporarily_unavailable"}), "it answered 400 without a reason that could be read"),
        ((400, {"error": ["invalid_grant"]}), "it answered 400 without a reason that could be read"),
        ((200, b"<html>Welcome to the hotel</html>"), "it answered something that is not JSON"),
        ((200, ["token"]), "it answered something that is not JSON"),
        ((200, b"[" * 50_000), "it answered something that is not JSON"),
        ((200, {"access_token": "x" * MOST_BYTES}), "it answered something that is not JSON"),
        (elsewhere, "it answered 307 and points elsewhere, which is not followed"),
        (cut, "it answered something that is not JSON"),
        (mumble, "the answer broke off or is not HTTP"),
        (drip, "no answer in time"),
        (hang, "no answer in time"),
    ],
)
def test_what_is_neither_yes_nor_no_may_go_well_later(provider: Provider, answer: Answer, why: str) -> None:
    provider.script = [answer]
    began = time.monotonic()

    assert ask(f"{provider.url}/token", FORM, 0.4) == Unreached(why)
    assert time.monotonic() - began < 2


def test_a_pause_that_the_provider_asks_for_is_passed_on(provider: Provider) -> None:
    provider.script = [busy]

    assert ask(f"{provider.url}/token", FORM, 2) == Unreached(
        "it answered 429 without a reason that could be read", 120
    )


def test_a_no_carries_the_providers_words_without_what_we_sent(provider: Provider) -> None:
    said = "AADSTS70000: canary/+token canary%2F%2Btoken canary+secret\r\n\x1b[2J" + "x" * 500
    provider.script = [(401, {"error": "invalid_client", "error_description": said})]

    answer = ask(f"{provider.url}/token", FORM, 2)

    assert isinstance(answer, Denied)
    assert answer.error == "invalid_client"
    assert answer.words.startswith("AADSTS70000: *** *** ***")
    assert answer.words.isprintable() and len(answer.words) <= 200


def test_a_yes_does_not_show_itself(provider: Provider) -> None:
    provider.script = [(200, {"access_token": "canary", "expires_in": "3599"})]

    answer = ask(f"{provider.url}/token", FORM, 2)

    assert isinstance(answer, Granted)
    assert (answer.text("access_token"), answer.seconds("expires_in", 1)) == ("canary", 3599)
    assert "canary" not in repr(answer)


@pytest.mark.parametrize("token", ["two\r\nlines", "\1auth", 7, None, "käse"])
def test_a_token_that_could_smuggle_a_command_is_none(provider: Provider, token: object) -> None:
    provider.script = [(200, {"access_token": token})]

    answer = ask(f"{provider.url}/token", FORM, 2)

    assert isinstance(answer, Granted)
    assert answer.text("access_token") == ""


def test_nobody_there_and_no_such_name_are_told_apart(provider: Provider) -> None:
    assert ask("http://127.0.0.1:9/token", FORM, 2) == Unreached("connection refused")
    assert ask("https://no-such-host.invalid/token", FORM, 5) == Unreached("its name is not known")


def test_secrets_never_leave_in_the_clear() -> None:
    with pytest.raises(ValueError, match="https"):
        ask("http://provider.example/token", FORM, 2)


@contextmanager
def heard_over_tls(context: ssl.SSLContext) -> Iterator[tuple[int, list[bytes]]]:
    """A server with this certificate, and what it hears once the handshake is over."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            try:
                with context.wrap_socket(connection, server_side=True) as secure:
                    heard.append(secure.recv(65536))
            except OSError:
                connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1], heard
        thread.join(5)


def test_a_certificate_nobody_signed_hears_no_secret(authority: Authority) -> None:
    own = authority.issue("127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.certificate, own.key)
    with heard_over_tls(context) as (port, heard):
        answer = ask(f"https://127.0.0.1:{port}/token", FORM, 2)

    assert isinstance(answer, Unreached)
    assert answer.why.startswith("its certificate cannot be trusted")
    assert heard == []
