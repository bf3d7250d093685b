"""Calls back as Twilio does: signed over the address it was given, and tried again as the end of that address asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import requests
from twilio.request_validator import RequestValidator

from reminderbot.demo.twilio_messages import API_VERSION, Sms

# https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
_DEFAULT_TRIES, _DEFAULT_POLICY = 1, "ct"
_PATIENCE = (5.0, 15.0)


@dataclass
class Callbacks:
    """What an account at Twilio calls, and what it heard in answer."""

    account_sid: str
    # Twilio signs with the primary token of the account.
    token: str
    # What its owner wrote beside "A message comes in"; empty: nothing is called.
    text_url: str = ""
    # Where a public address leads on this machine, as a proxy would: its beginning, and what stands there instead.
    proxy: tuple[str, str] = ("", "")
    # Every request made: the address, and the status of its answer; 0 where there was none.
    made: list[tuple[str, int]] = field(default_factory=list)

    def text(self, sms: Sms) -> None:
        """Tell of a text that came in, where somebody wants to hear of it."""
        if self.text_url:
            self._call(self.text_url, self._text_fields(sms))

    def report(self, sms: Sms, status: str, now: datetime) -> None:
        """Tell how far a text of ours has come, where that was asked for."""
        if not sms.callback:
            return
        fields = {"MessageStatus": status, "SmsStatus": status, "SmsSid": sms.sid, **self._common(sms)}
        if sms.service:
            fields["MessagingServiceSid"] = sms.service
        if sms.error is not None and status == sms.end:
            fields["ErrorCode"] = str(sms.error)
        if status in ("delivered", "undelivered"):
            fields["RawDlrDoneDate"] = f"{now:%y%m%d%H%M}"
        self._call(sms.callback, fields)

    def _common(self, sms: Sms) -> dict[str, str]:
        return {
            "MessageSid": sms.sid,
            "AccountSid": self.account_sid,
            "From": sms.sender,
            "To": sms.recipient,
            "ApiVersion": API_VERSION,
        }

    def _text_fields(self, sms: Sms) -> dict[str, str]:
        places = [f"{end}{place}" for end in ("From", "To") for place in ("City", "State", "Zip", "Country")]
        return {
            **dict.fromkeys(places, ""),
            "SmsMessageSid": sms.sid,
            "SmsSid": sms.sid,
            "SmsStatus": "received",
            "Body": sms.body,
            "NumMedia": "0",
            "NumSegments": "1",
            **self._common(sms),
        }

    def _call(self, url: str, fields: Mapping[str, str]) -> None:
        """Post, and post again as often as the address asks for; what fails for good is lost on this way."""
        asked = parse_qs(urlsplit(url).fragment)
        tries = int(asked.get("rc", [str(_DEFAULT_TRIES)])[0])
        on_any_failure = asked.get("rp", [_DEFAULT_POLICY])[0] == "all"
        for _ in range(1 + tries):
            status = self._post(url.partition("#")[0], fields)
            if status and (status < 400 or not on_any_failure):
                return

    def _post(self, url: str, fields: Mapping[str, str]) -> int:
        signature = RequestValidator(self.token).compute_signature(url, dict(fields))
        public, here = self.proxy
        place = here + url.removeprefix(public) if public and url.startswith(public) else url
        headers = {"X-Twilio-Signature": signature, "User-Agent": "TwilioProxy/1.1"}
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.post(place, dict(fields), headers=headers, timeout=_PATIENCE, allow_redirects=False)
                status = answer.status_code
        except requests.RequestException:
            status = 0
        self.made.append((url, status))
        return status
