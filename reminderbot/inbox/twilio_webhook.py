"""Reads what Twilio calls us with: first whether it is Twilio at all, then the text or the report in it.

Twilio signs the address that it calls together with what it sends. The address that counts is the configured one: what
a request says of itself, its Host or X-Forwarded-Host, anybody can write.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, parse_qsl, urlsplit

from reminderbot.core.delivery_report import DeliveryReport
from reminderbot.core.inbound import Inbound
from reminderbot.core.ladder import Channel

TEXT_PATH = "/twilio/inbound"
REPORT_PATH = "/twilio/status/"
# https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides: left out, Twilio tries once more, and only
# where it could not connect. It does not sign this part.
RETRY = "#rc=5&rp=all"
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"
_MOST_FIELDS = 200
# "SM..." and "MM..." today.
_SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}")
_LONGEST_NUMBER = 64


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it came in."""

    # Below the public address.
    path: str
    query: str
    content_type: str
    body: bytes
    signature: str
    # What it says that it called: asked only to tell a person why a genuine call was turned away.
    claimed: tuple[str, ...] = ()


class TwilioWebhook:
    """The addresses that Twilio calls, and the tokens that it signs with."""

    def __init__(self, public_url: str, tokens: Sequence[str]) -> None:
        """`tokens`: today's, and while it is changed the one before; an empty one would sign for everybody."""
        self._base, self._tokens = public_url, tuple(token for token in tokens if token)

    @property
    def text_url(self) -> str:
        """What belongs into Twilio's console, beside "A message comes in"."""
        return f"{self._base}{TEXT_PATH}{RETRY}"

    @property
    def prefix(self) -> str:
        """The path of the public address, for a proxy that leaves it on."""
        return urlsplit(self._base).path

    def report_url(self, token: str) -> str:
        """Where Twilio reports what became of one text."""
        return f"{self._base}{REPORT_PATH}{token}{RETRY}"

    def fields(self, call: Call) -> Mapping[str, str] | None:
        """What a call of Twilio's says, by name; None where it is not Twilio's, or cannot be read."""
        content = _content(call)
        if content is None or not self._signed(self.called(call), content, call.signature):
            return None
        return _named(content)

    def called(self, call: Call) -> str:
        """The address of a call, by our settings."""
        return self._base + _asked(call.path, call.query)

    def meant_for(self, call: Call) -> str:
        """The address for which a call bears Twilio's genuine signature, where that is another than ours; or nothing.

        It changes nothing about the call, which stays turned away.
        """
        content = _content(call)
        if content is None:
            return ""
        candidates = (variant for claimed in call.claimed for variant in _variants(claimed))
        return next((url for url in candidates if self._signed(url, content, call.signature)), "")

    def _signed(self, url: str, content: _Form | str, signature: str) -> bool:
        # Imported here: only a service with a public address needs it.
        from twilio.request_validator import RequestValidator

        try:
            return any(RequestValidator(token).validate(url, content, signature) for token in self._tokens)
        except ValueError:
            # A Host that makes no address: "a[b".
            return False


class _Form(dict[str, list[str]]):
    """A form whose names may come twice, as the validator asks it."""

    def getlist(self, name: str) -> list[str]:
        return self[name]


def _content(call: Call) -> _Form | str | None:
    """The form, or the JSON text whose hash the signed address holds; None for anything else."""
    try:
        text = call.body.decode()
        if call.content_type == _JSON:
            # Without that hash the signature says nothing about the body.
            return text if parse_qs(call.query).get("bodySHA256") else None
        if call.content_type != _FORM:
            return None
        found = _Form()
        for name, value in parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS):
            found.setdefault(name, []).append(value)
    except ValueError:
        return None
    return found


def _named(content: _Form | str) -> Mapping[str, str] | None:
    if isinstance(content, _Form):
        return {name: values[0] for name, values in content.items()}
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else None


def _asked(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def _variants(url: str) -> tuple[str, ...]:
    """The same address by the other protocol, and with or without its last slash."""
    rest = url.partition("://")[2]
    path, mark, query = rest.partition("?")
    slashed = f"{path.rstrip('/') if path.endswith('/') else path + '/'}{mark}{query}"
    return tuple(f"{scheme}://{one}" for one in (rest, slashed) for scheme in ("https", "http"))


def text_in(fields: Mapping[str, str], now: datetime) -> Inbound | None:
    """The text message in a genuine call; None where there is none."""
    sid, sender = fields.get("MessageSid", ""), fields.get("From", "")
    if not _SID.fullmatch(sid) or not sender:
        return None
    return Inbound(
        channel=Channel.SMS,
        external_id=sid,
        received_at=now,
        raw=fields.get("Body", "").encode(),
        sender=sender[:_LONGEST_NUMBER],
        recipient=fields.get("To", "")[:_LONGEST_NUMBER],
    )


def is_opt_out(fields: Mapping[str, str]) -> bool:
    """Whether Twilio itself took this text for a STOP: its owner may have chosen other words for that there."""
    return fields.get("OptOutType") == "STOP"


def delivery_report_in(fields: Mapping[str, str]) -> DeliveryReport | None:
    """The report on a text of ours in a genuine call; None where there is none."""
    sid, status, code = (fields.get(name, "") for name in ("MessageSid", "MessageStatus", "ErrorCode"))
    if not _SID.fullmatch(sid) or not re.fullmatch("[a-z_]{1,30}", status):
        return None
    return DeliveryReport(sid, status, int(code) if re.fullmatch("[0-9]{1,9}", code) else None)
