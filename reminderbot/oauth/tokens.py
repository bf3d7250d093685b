"""Gives valid access tokens, fetched with the refresh token (RFC 6749 6) and held until shortly before their end.

Nobody asks the provider in vain: after a no only a new refresh token is tried, after a failure it is left in peace for
a while, longer each time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import assert_never

from reminderbot.clock import elapsed
from reminderbot.core.oauth import NoAccessToken
from reminderbot.logs import log
from reminderbot.oauth.endpoint import Answer, Denied, Granted, Unreached, ask
from reminderbot.oauth.keep import CannotKeep, KeptToken
from reminderbot.oauth.provider import Client, Provider

# Google and Microsoft give about an hour. A letter or a poll that begins with a token must also end with it.
EARLY_SECONDS = 300.0
# RFC 6749 5.1 leaves the lifetime out where it is known otherwise; to us it is not.
UNTOLD_SECONDS = 600.0
# A token this young that a server refuses is not refused for its age.
YOUNG_SECONDS = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 30.0, 900.0
SIGN_IN = "sign in with `reminderbot oauth login`"
_CURES = {
    "invalid_client": "check [oauth] client_id and REMINDERBOT_OAUTH_CLIENT_SECRET (a client's secret may have an end)",
    "unauthorized_client": "check [oauth] client_id and what the provider allows this client",
    "invalid_scope": "check [oauth] scope",
}


@dataclass(frozen=True, slots=True)
class _Token:
    """An access token, and when it was fetched and ends on the clock of `elapsed`."""

    value: str = field(repr=False)
    fetched: float
    ends: float

    def is_fresh(self, now: float) -> bool:
        # The half of a short life, so that a token of some seconds is used at all.
        return now < self.ends - min(EARLY_SECONDS, (self.ends - self.fetched) / 2)


class TokenSource:
    """The access tokens of one account, for every thread that shows them; see `core/oauth.AccessTokens`."""

    def __init__(
        self,
        provider: Provider,
        client: Client,
        kept: KeptToken,
        seconds: float = 20,
        tick: Callable[[], float] = elapsed,
    ) -> None:
        self._provider, self._client, self._kept = provider, client, kept
        self._seconds, self._tick = seconds, tick
        self._lock = threading.Lock()
        self._token: _Token | None = None
        self._failures, self._not_before = 0, 0.0
        self._failed: NoAccessToken | None = None
        # The refresh token that was last turned down, and in which words.
        self._denied: tuple[str, NoAccessToken] | None = None
        # A new refresh token that does not lie on the disk yet.
        self._unkept = ""

    def get(self, refused: str = "") -> str:
        """A valid access token; NoAccessToken where there is none. A `refused` one is replaced if it was old."""
        with self._lock:
            token, now = self._token, self._tick()
            if self._unkept:
                self._put_away()
            if token and token.value == refused and now - token.fetched < YOUNG_SECONDS:
                return refused
            if token and token.value != refused and token.is_fresh(now):
                return token.value
            try:
                return self._renewed()
            except NoAccessToken as error:
                # The provider is down, but what we have is good for some minutes more.
                if error.lasting or token is None or token.value == refused or now >= token.ends:
                    raise
                return token.value

    def _renewed(self) -> str:
        if self._failed and self._tick() < self._not_before:
            raise self._failed.anew()
        with _told(), self._kept.alone():
            return self._fetched(self._kept.current())

    def _fetched(self, refresh_token: str) -> str:
        if not refresh_token:
            raise NoAccessToken(f"nobody has signed in at {self._provider.host} yet", SIGN_IN, lasting=True)
        if self._denied and self._denied[0] == refresh_token:
            raise self._denied[1].anew()
        form = self._client.form() | {"grant_type": "refresh_token", "refresh_token": refresh_token}
        asked_at = self._tick()
        answer = ask(self._provider.token_url, form | {"scope": self._provider.scope}, self._seconds)
        return self._taken(answer, refresh_token, asked_at)

    def _taken(self, answer: Answer, refresh_token: str, asked_at: float) -> str:
        match answer:
            case Granted() if answer.text("access_token"):
                self._failures, self._failed, self._denied = 0, None, None
                life = answer.seconds("expires_in", UNTOLD_SECONDS)
                self._token = _Token(answer.text("access_token"), asked_at, asked_at + life)
                log("access_token_fetched", provider=self._provider.host, seconds=int(life))
                # RFC 6749 6: a new refresh token takes the place of the old one, at Microsoft each time.
                if answer.text("refresh_token") not in ("", refresh_token):
                    self._unkept = answer.text("refresh_token")
                    self._put_away()
                return self._token.value
            case Denied(error=error):
                why = NoAccessToken(
                    f"{self._provider.host} refuses the sign-in: {answer}", _CURES.get(error, SIGN_IN), lasting=True
                )
                self._denied = refresh_token, why
                raise why
            case Granted():
                raise self._paused(Unreached("its answer holds no access token"))
            case Unreached():
                raise self._paused(answer)
            case _:
                assert_never(answer)

    def _put_away(self) -> None:
        with _told():
            self._kept.keep(self._unkept)
        self._unkept = ""
        log("refresh_token_replaced", provider=self._provider.host)

    def _paused(self, answer: Unreached) -> NoAccessToken:
        pause = min(FIRST_PAUSE * 2 ** min(self._failures, 10), LONGEST_PAUSE)
        self._failures += 1
        self._not_before = self._tick() + max(pause, min(answer.wait, LONGEST_PAUSE))
        what = f"{self._provider.host} gives no access token: {answer.why}"
        self._failed = NoAccessToken(what, "it is tried again by itself; check [oauth] token_url", lasting=False)
        return self._failed


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except CannotKeep as error:
        cure = "make room, correct its owner, or remove it and sign in anew with `reminderbot oauth login`"
        raise NoAccessToken(str(error), cure, lasting=False) from None
