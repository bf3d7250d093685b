"""A provider to sign in at: an endpoint that answers by script, and the key by which a Dovecot knows its tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

# What the endpoint answers: status and JSON, or bytes as they are; a callable may first wait, or take over the socket.
Answer = tuple[int, Any] | Callable[[BaseHTTPRequestHandler], None]
KEY = secrets.token_bytes(32)


def jwt(user: str, seconds: float = 3600, key: bytes = KEY, **claims: object) -> str:
    """A token signed so that Dovecot can check it by itself (RFC 7519, HS256)."""
    now = time.time()
    # Dovecot takes whole seconds, and nothing issued in the future.
    told = {"sub": user, "email": user, "iat": int(now) - 10, "nbf": int(now) - 10, "exp": int(now + seconds)} | claims
    head = {"alg": "HS256", "typ": "JWT", "kid": "default"}
    signed = b".".join(_b64(json.dumps(part).encode()) for part in (head, told))
    return (signed + b"." + _b64(hmac.digest(key, signed, hashlib.sha256))).decode()


def _b64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


@dataclass
class Provider:
    """Serves /token, /device and /authorize on loopback; without an entry in `script` all goes well.

    `script` is used up one answer a request to /token. `asked` is the form of each request with its path, in order.
    Each grant brings a token for `user`, good for `seconds`, and, with `rotates`, another refresh token.
    """

    user: str = "business@shop.example"
    seconds: float = 3600
    rotates: bool = False
    refresh_token: str = "canary-refresh-0"
    client_secret: str = ""
    script: list[Answer] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    # What each grant says besides, and what each token does.
    more: dict[str, object] = field(default_factory=dict)
    claims: dict[str, object] = field(default_factory=lambda: {"scope": "mail"})
    granted: list[str] = field(default_factory=list)
    # What the answer to a request for a code says besides.
    device: dict[str, object] = field(default_factory=dict)
    # The person at the provider's page, and the PKCE challenge she was sent with.
    agreed: bool = True
    challenge: str = ""

    def __enter__(self) -> Provider:
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {key: values[0] for key, values in parse_qs(body).items()}
                stand_in.asked.append((self.path, form))
                answer = stand_in._answer(self.path, form)
                if callable(answer):
                    answer(self)
                else:
                    reply(self, *answer)

            def do_GET(self) -> None:
                # The person's browser: she agrees, and is sent back with a code.
                query = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
                stand_in.challenge = query["code_challenge"]
                said = {"code": "canary-code"} if stand_in.agreed else {"error": "access_denied"}
                self.send_response(302)
                self.send_header("Location", f"{query['redirect_uri']}/?{urlencode(said | {'state': query['state']})}")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def tokens_asked(self) -> int:
        """How often /token was asked."""
        return sum(1 for path, _ in self.asked if path == "/token")

    def settings(self, client_id: str = "our-client") -> str:
        """The table of the config that names this provider."""
        urls = "".join(f'{name}_url = "{self.url}/{name}"\n' for name in ("token", "authorize", "device"))
        return f'[oauth]\nprovider = "other"\nclient_id = "{client_id}"\nscope = "mail"\n{urls}'

    def revoke(self) -> None:
        """No refresh token given so far is good any more."""
        self.refresh_token = f"canary-refresh-new-{secrets.token_hex(4)}"

    def _answer(self, path: str, form: dict[str, str]) -> Answer:
        if path == "/device":
            page = {"verification_uri": f"{self.url}/page", "user_code": "WDJB-MJHT", "interval": 0}
            return 200, page | {"device_code": "canary-device"} | self.device
        if self.script:
            return self.script.pop(0)
        why = self._refusal(form)
        return (400, {"error": why, "error_description": f"no: {form}"}) if why else (200, self._grant())

    def _refusal(self, form: dict[str, str]) -> str:
        if form.get("client_secret", "") != self.client_secret:
            return "invalid_client"
        kind = form["grant_type"]
        if kind == "refresh_token" and form["refresh_token"] != self.refresh_token:
            return "invalid_grant"
        if kind == "authorization_code":
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            return "" if _b64(digest).decode() == self.challenge and form["code"] == "canary-code" else "invalid_grant"
        return "" if self.agreed else "authorization_pending"

    def _grant(self) -> dict[str, object]:
        self.granted.append(jwt(self.user, self.seconds, n=len(self.granted), **self.claims))
        if self.rotates:
            self.refresh_token = f"canary-refresh-{len(self.granted)}"
        told = {"access_token": self.granted[-1], "token_type": "Bearer", "expires_in": self.seconds}
        return told | {"refresh_token": self.refresh_token} | self.more


def reply(handler: BaseHTTPRequestHandler, status: int, body: object, **headers: str) -> None:
    """Answer with JSON, or with bytes as they are."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)
