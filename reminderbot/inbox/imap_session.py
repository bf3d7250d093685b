"""The few IMAP commands reminderbot speaks once connected: log in, open read-only, search, fetch by UID, idle."""

from __future__ import annotations

import re
import threading
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from reminderbot.clock import elapsed
from reminderbot.core import oauth
from reminderbot.core.oauth import AccessTokens, Credential, NoAccessToken
from reminderbot.inbox.imap_fetch import Reply, listed, mailbox_name, quoted, replies, uids
from reminderbot.inbox.imap_wire import TLS_CURE, Broken, Wire

# A mail up to this size comes in one answer, a larger one in pieces of it: imaplib2 takes 2.7 s for 20 MB at once.
PIECE = 256 * 1024
LOGIN_CURE = "Check [inbox] username and REMINDERBOT_IMAP_PASSWORD; some providers want an app password here."
SIGNED_IN_CURE = "Check that [inbox] username is the account you signed in with and that [oauth] scope covers reading."
NO_OAUTH_CURE = 'Write [inbox] auth = "password", or ask the provider for a server that takes OAuth2.'
FOLDER_CURE = "Check [inbox] folder: it is the name the mail server uses, such as INBOX or Archive/2026."

# RFC 5530: the server cannot tell now whether we may come in; and Gmail's "[ALERT] Too many simultaneous connections."
_NOT_NOW = re.compile(r"(?i)\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\]|too many (?:simultaneous )?connections")

# As mail programs and providers name it, at the top or below INBOX or [Gmail].
_JUNK = re.compile(
    r"(?i)(?:(?:inbox|\[gmail\]|\[google mail\])[./])?(?:junk(?: ?e-?mail)?|spam|bulk(?: mail)?|spamverdacht"
    r"|ind[eé]sirables?|courrier ind[eé]sirable|correo (?:no deseado|basura)|lixo(?: eletr[oôó]nico)?"
    r"|posta indesiderata|ongewenst(?:e e-?mail)?)"
)


@dataclass(frozen=True, slots=True)
class Folder:
    """An opened folder: its numbering, the UID the next mail will get, and how many mails it holds."""

    name: str
    uidvalidity: int
    uidnext: int
    count: int = 0


class Session:
    """One logged-in connection; every failure is a `Broken`, and the session is then of no more use."""

    def __init__(self, wire: Wire, answer_seconds: float) -> None:
        self._wire, self._seconds = wire, answer_seconds
        self._capabilities: frozenset[str] = frozenset()
        self._opened = ""

    def log_in(self, username: str, credential: Credential, *, starttls: bool) -> None:
        """Go on in TLS if asked for, then show the password or a token."""
        wire = self._wire
        if starttls:
            # Someone between us could keep TLS away by greeting us as logged in already (CVE-2020-14093).
            if wire.state != "NONAUTH":
                raise Broken("the server skips the log-in, and so could not be asked for TLS", TLS_CURE)
            wire.start_tls(self._seconds)
        if wire.state == "NONAUTH":
            if isinstance(credential, str):
                self._give_password(username, credential)
            else:
                self._show_tokens(username, credential)
        # Some servers tell about IDLE only now.
        self._capabilities = _words(wire.ask(self._seconds, "capability")[1])

    def _give_password(self, username: str, password: str) -> None:
        offered = frozenset(self._wire.capabilities)
        if "AUTH=PLAIN" in offered:
            # RFC 4616; unlike LOGIN it carries any character, and needs no quoting.
            secret = f"\0{username}\0{password}".encode()
            command: tuple[Any, ...] = ("authenticate", "PLAIN", lambda _challenge: secret)
        elif "LOGINDISABLED" in offered:
            raise Broken("the server takes no password on this connection", TLS_CURE)
        elif not (username + password).isascii():
            raise Broken("the server cannot take a user name or password beyond ASCII", LOGIN_CURE)
        else:
            command = ("login", quoted(username), password)
        refused = self._refused((password,), *command)
        if refused:
            raise Broken(f"the log-in failed; {refused}", LOGIN_CURE, locked_out=not _NOT_NOW.search(refused))

    def _show_tokens(self, username: str, tokens: AccessTokens) -> None:
        """Log in with a token; with a newer one where the first is no longer taken."""
        offered = (word.removeprefix("AUTH=") for word in self._wire.capabilities if word.startswith("AUTH="))
        mechanism = oauth.choose(offered)
        if not mechanism:
            raise Broken("the server takes no OAuth2 token on this connection", NO_OAUTH_CURE)
        refused, token = "", _token(tokens)
        while why := self._show_token(mechanism, username, token):
            refused, token = token, _token(tokens, token)
            if token == refused:
                raise Broken(f"the log-in failed; {why}", SIGNED_IN_CURE, locked_out=not _NOT_NOW.search(why))

    def _show_token(self, mechanism: str, username: str, token: str) -> str:
        """Why the token was refused; empty: we are in."""
        first = oauth.first_response(mechanism, username, self._wire.host, self._wire.port, token)
        challenges: list[bytes] = []

        def answer(challenge: bytes) -> bytes:
            challenges.append(challenge)
            return first if len(challenges) == 1 else oauth.last_response(mechanism)

        secrets = (token, b64encode(first).decode())
        said = self._refused(secrets, "authenticate", mechanism, answer)
        why = oauth.refusal(challenges[1]) if len(challenges) > 1 else ""
        return _without(secrets, f"{said.rstrip('.')}; {why}" if why else said) if said else ""

    def _refused(self, secrets: Iterable[str], *command: Any) -> str:
        """What the server says to refuse a log-in, without the secrets; empty: it takes it."""
        failure: Broken | None = None
        try:
            self._wire.ask(self._seconds, *command)
        except Broken as error:
            failure = error
        if failure and failure is self._wire.fault:
            raise Broken(_without(secrets, failure.what), failure.cure)
        return _without(secrets, failure.what) if failure else ""

    def examine(self, name: str) -> Folder:
        """Open a folder so that nothing in it can change through us."""
        status, data = self._wire.ask(self._seconds, "examine", mailbox_name(name))
        if status != "OK":
            raise Broken(f'its folder "{name}" cannot be opened; the server says: {_text(data)}', FOLDER_CURE)
        self._opened = name
        uidvalidity, uidnext = (_number(self._wire.response(code)[1]) for code in ("UIDVALIDITY", "UIDNEXT"))
        if uidnext is None:
            # Servers of RFC 3501 may leave it out; `*` is an error in an empty folder.
            uidnext = 1 + max(self.search("UID", "*") if _number(data) else [], default=0)
        return Folder(name, uidvalidity or 0, uidnext, _number(data) or 0)

    def junk_folders(self) -> list[str]:
        """Where the server or a mail program puts what it takes for spam: so marked (RFC 6154), else so named."""
        status, data = self._wire.ask(self._seconds, "list", '""', '"*"')
        folders = list(listed(data)) if status == "OK" else []
        marked = [name for attributes, name in folders if "junk" in attributes]
        return marked or [name for _, name in folders if _JUNK.fullmatch(name)]

    def search(self, *criteria: str) -> list[int]:
        """The UIDs that match, oldest first."""
        status, data = self._wire.ask(self._seconds, "uid", "SEARCH", *criteria)
        if status != "OK":
            raise Broken(f'its folder "{self._opened}" cannot be searched; the server says: {_text(data)}')
        return uids(data)

    def fetch(self, wanted: list[int], items: str) -> dict[int, Reply]:
        """What the server hands over of these messages; one by one where it refuses them together."""
        numbers = ",".join(map(str, wanted))
        status, data = self._wire.ask(self._seconds, "uid", "FETCH", numbers, f"(UID {items})")
        if status == "OK":
            return {uid: reply for uid, reply in replies(data).items() if uid in set(wanted)}
        if len(wanted) == 1:
            return {}
        return {uid: reply for one in wanted for uid, reply in self.fetch([one], items).items()}

    def first_pieces(self, wanted: list[int]) -> dict[int, Reply]:
        """The beginning of each message: for most of them the whole."""
        return self.fetch(wanted, f"BODY.PEEK[]<0.{PIECE}>")

    def piece(self, uid: int, section: str, start: int) -> bytes | None:
        """Up to PIECE octets of a message; None when the server hands out none."""
        return self.fetch([uid], f"BODY.PEEK[{section}]<{start}.{PIECE}>").get(uid, Reply()).body

    @property
    def can_idle(self) -> bool:
        return "IDLE" in self._capabilities

    def idle(self, seconds: float, stop: threading.Event) -> bool:
        """Let the server tell of new mail for up to `seconds`; True when it did."""
        wire = self._wire
        if wire.pending("EXISTS"):
            return True
        ended, refused = threading.Event(), threading.Event()
        end = elapsed() + seconds

        def over(result: tuple[Any, Any, Any]) -> None:
            answer, _, error = result
            if error or answer[0] != "OK":
                refused.set()
            ended.set()

        # imaplib2's own time limit can kill its thread when it meets the end of IDLE; a day never comes.
        wire.ask(self._seconds, "idle", 24 * 3600, callback=over)
        arrived = wire.pending("EXISTS")
        while not arrived and (left := end - elapsed()) > 0 and not ended.wait(min(0.3, left)):
            if stop.is_set():
                # Any command ends IDLE; this one's answer is not waited for.
                wire.ask(self._seconds, "noop", callback=lambda _result: None)
                return False
        # Ends IDLE, and proves that somebody is still there.
        wire.ask(self._seconds, "noop")
        if not ended.is_set():
            raise Broken("the server answers the next command before the one at hand")
        if refused.is_set():
            # Offered and then refused: from now on this connection is asked at intervals.
            self._capabilities -= {"IDLE"}
        return arrived or wire.pending("EXISTS")


def _token(tokens: AccessTokens, refused: str = "") -> str:
    try:
        return tokens.get(refused)
    except NoAccessToken as error:
        raise Broken(error.what, f"{error.cure[0].upper()}{error.cure[1:]}.", locked_out=error.lasting) from None


def _without(secrets: Iterable[str], text: str) -> str:
    """Some servers answer with what they were told; it must not get into the log or the store."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return text


def _number(data: list[Any]) -> int | None:
    return int(data[-1]) if data and data[-1] and data[-1].isdigit() else None


def _words(data: list[Any]) -> frozenset[str]:
    return frozenset((data[-1] or b"").decode("ascii", "replace").upper().split())


def _text(data: list[Any]) -> str:
    return b" ".join(part for part in data if isinstance(part, bytes)).decode("ascii", "replace")
