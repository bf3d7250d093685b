"""The stand-in speaks Twilio's own contract, and behaves like it where the contract is silent."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests
from twilio.request_validator import RequestValidator

from reminderbot.clock import SteppedClock
from reminderbot.demo.twilio_standin import ACCOUNT_SID, TOKEN, TwilioStandIn

CONTRACT = Path(__file__).parents[3] / "shared" / "twilio" / "messages.openapi.json"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CUSTOMER, OURS = "+447700900123", "+447700900999"
SERVICE = "MG" + "a" * 32
# The names of the Message resource (https://www.twilio.com/docs/messaging/api/message-resource).
PROPERTIES = {
    "account_sid",
    "api_version",
    "body",
    "date_created",
    "date_sent",
    "date_updated",
    "direction",
    "error_code",
    "error_message",
    "from",
    "messaging_service_sid",
    "num_media",
    "num_segments",
    "price",
    "price_unit",
    "sid",
    "status",
    "subresource_uris",
    "to",
    "uri",
}
RFC2822 = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000")
FORMATS = {"date-time-rfc-2822": RFC2822, "phone-number": re.compile(r"\+\d+"), "currency": re.compile("[A-Z]{3}")}


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(NOON)


@pytest.fixture
def twilio(clock: SteppedClock) -> Iterator[TwilioStandIn]:
    with TwilioStandIn(clock) as server:
        yield server


def ask(twilio: TwilioStandIn, path: str = "", method: str = "GET", token: str = TOKEN, **values: str) -> Any:
    path = path or f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
    filters = {key.replace("_gt", ">").replace("_lt", "<"): value for key, value in values.items()}
    where = {"data": filters} if method == "POST" else {"params": filters}
    return requests.request(method, twilio.url + path, auth=(ACCOUNT_SID, token), timeout=5, **where)


def post(twilio: TwilioStandIn, **values: str) -> Any:
    return ask(twilio, method="POST", **{"From": OURS, "To": CUSTOMER, "Body": "hello", **values})


def resources(twilio: TwilioStandIn, clock: SteppedClock) -> list[dict[str, Any]]:
    """Texts in every state the stand-in knows."""
    made = [post(twilio).json(), ask(twilio, method="POST", MessagingServiceSid=SERVICE, To=CUSTOMER, Body="é").json()]
    twilio.receive(CUSTOMER, OURS, "STOP")
    for wait in (1, 4):
        clock.advance(timedelta(seconds=wait))
        made += ask(twilio).json()["messages"]
    return made


def test_every_answer_has_exactly_the_properties_of_a_message(twilio: TwilioStandIn, clock: SteppedClock) -> None:
    made = resources(twilio, clock)
    assert {sms["status"] for sms in made} == {"queued", "accepted", "sent", "delivered", "received"}
    for sms in made:
        assert set(sms) == PROPERTIES


def test_every_answer_keeps_the_contract_twilio_publishes(
    twilio: TwilioStandIn, clock: SteppedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    if not CONTRACT.exists():
        with capsys.disabled():
            print(f"\nleft out: the stand-in against Twilio's OpenAPI document, which is not at {CONTRACT}")
        return
    schemas = json.loads(CONTRACT.read_text("utf-8"))["components"]["schemas"]
    contract = schemas["api.v2010.account.message"]["properties"]
    assert set(contract) == PROPERTIES
    for sms in resources(twilio, clock):
        for name, rule in contract.items():
            check(sms[name], schemas[rule["$ref"].rpartition("/")[2]] if "$ref" in rule else rule)


def check(value: Any, rule: dict[str, Any]) -> None:
    if value is None:
        assert rule.get("nullable")
        return
    assert isinstance(value, {"string": str, "integer": int, "object": dict}[rule["type"]])
    if "enum" in rule:
        assert value in rule["enum"]
    if "pattern" in rule:
        assert re.search(rule["pattern"], value)
    if rule.get("format") in FORMATS:
        assert FORMATS[rule["format"]].fullmatch(value)


def test_a_text_goes_from_queued_to_sent_to_delivered_by_the_clock(twilio: TwilioStandIn, clock: SteppedClock) -> None:
    sms = post(twilio).json()
    path = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{sms['sid']}.json"
    states = []
    for _ in range(6):
        states.append(ask(twilio, path).json()["status"])
        clock.advance(timedelta(seconds=1))
    assert states == ["queued", "sent", "sent", "sent", "sent", "delivered"]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"To": ""}, 21604),
        ({"To": "07700 900123"}, 21211),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"From": ""}, 21603),
        ({"From": "+15005550006"}, 21606),
    ],
)
def test_a_request_twilio_would_refuse_is_refused_with_its_code(
    twilio: TwilioStandIn, values: dict[str, str], code: int
) -> None:
    answer = post(twilio, **values)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert twilio.accepted == []


@pytest.mark.parametrize("word", ["STOP", "stop", " Unsubscribe ", "QUIT"])
def test_a_stop_word_blocks_that_number_until_it_says_start(twilio: TwilioStandIn, word: str) -> None:
    twilio.receive(CUSTOMER, OURS, word)
    assert post(twilio).json()["code"] == 21610
    assert post(twilio, To="+447700900124").status_code == 201
    twilio.receive(CUSTOMER, OURS, "start")
    assert post(twilio).status_code == 201


def test_a_stop_in_a_sentence_is_left_to_us_as_twilio_leaves_it(twilio: TwilioStandIn) -> None:
    twilio.receive(CUSTOMER, OURS, "please stop texting me")
    assert post(twilio).status_code == 201


def test_a_wrong_login_learns_nothing(twilio: TwilioStandIn) -> None:
    twilio.receive(CUSTOMER, OURS, "secret")
    answer = ask(twilio, token="guess")
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)
    assert "secret" not in answer.text


@pytest.mark.parametrize("path", ["/", f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/SM0.json"])
def test_what_is_not_there_is_not_found(twilio: TwilioStandIn, path: str) -> None:
    assert ask(twilio, path).json()["code"] == 20404


def test_the_list_filters_by_number_and_moment(twilio: TwilioStandIn, clock: SteppedClock) -> None:
    for day in (1, 2, 3):
        twilio.receive(CUSTOMER, OURS, f"day {day}", NOON - timedelta(days=3 - day))
    twilio.receive("+447700900124", OURS, "another", NOON)

    def bodies(**filters: str) -> list[str]:
        return [sms["body"] for sms in ask(twilio, **filters).json()["messages"]]

    assert bodies(From=CUSTOMER) == ["day 3", "day 2", "day 1"]
    assert bodies(To=OURS, DateSent_gt="2026-11-20") == ["another", "day 3"]
    assert bodies(From=CUSTOMER, DateSent_gt="2026-11-19T12:00:00Z") == ["day 3", "day 2"]
    assert bodies(From=CUSTOMER, DateSent_lt="2026-11-19") == ["day 2", "day 1"]
    assert bodies(DateSent="2026-11-18") == ["day 1"]
    assert bodies(To="+447700900555") == []


def test_pages_neither_skip_nor_repeat_when_a_text_arrives_in_between(twilio: TwilioStandIn) -> None:
    for number in range(5):
        twilio.receive(CUSTOMER, OURS, str(number), NOON - timedelta(seconds=9 - number))
    page = ask(twilio, PageSize="2").json()
    twilio.receive(CUSTOMER, OURS, "new", NOON)
    seen = [sms["body"] for sms in page["messages"]]
    while page["next_page_uri"]:
        page = ask(twilio, page["next_page_uri"]).json()
        seen += [sms["body"] for sms in page["messages"]]
    assert seen == ["4", "3", "2", "1", "0"]


# ---- calling back (https://www.twilio.com/docs/messaging/guides/webhook-request)


class Owner(ThreadingHTTPServer):
    """A web server that answers each call with the next of these statuses, and keeps what it was sent."""

    def __init__(self, *statuses: int) -> None:
        self.statuses, self.heard = list(statuses), []  # type: ignore[var-annotated]  # of whatever each test hears
        super().__init__(("127.0.0.1", 0), Answering)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook"

    def __enter__(self) -> Owner:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class Answering(BaseHTTPRequestHandler):
    server: Owner

    def do_POST(self) -> None:
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.heard.append((self.headers["X-Twilio-Signature"], dict(parse_qsl(form, keep_blank_values=True))))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Tests want no lines."""


def test_a_text_that_comes_in_is_told_signed_with_everything_twilio_tells(twilio: TwilioStandIn) -> None:
    with Owner() as owner:
        twilio.callbacks.text_url = f"{owner.url}#rc=5&rp=all"
        sid = twilio.receive(CUSTOMER, OURS, "Grüße & mehr")
    [(signature, fields)] = owner.heard
    told = {"MessageSid", "SmsSid", "SmsMessageSid", "AccountSid", "From", "To", "Body", "NumMedia", "NumSegments"}
    assert told | {"ApiVersion", "SmsStatus", "FromCountry", "ToZip"} <= fields.keys()
    assert (fields["MessageSid"], fields["Body"], fields["SmsStatus"]) == (sid, "Grüße & mehr", "received")
    # The part behind # is for Twilio alone.
    assert RequestValidator(TOKEN).validate(owner.url, fields, signature)


def test_whoever_asks_is_told_of_every_status_but_the_first_and_of_the_error(
    twilio: TwilioStandIn, clock: SteppedClock
) -> None:
    with Owner() as owner:
        twilio.lose_next(30003)
        for callback in ("", owner.url):
            post(twilio, StatusCallback=callback)
        for _ in range(8):
            twilio.call_back()
            clock.advance(timedelta(seconds=1))
        [lost, came] = [sms.sid for sms in twilio.accepted]
        post(twilio, StatusCallback=owner.url)
        twilio.lose_next(30007, "failed")
        post(twilio, StatusCallback=owner.url)
        clock.advance(timedelta(seconds=9))
        twilio.call_back()
    told = [(fields["MessageSid"], fields["MessageStatus"], fields.get("ErrorCode")) for _, fields in owner.heard]
    assert lost not in [sid for sid, _, _ in told]
    assert told[:2] == [(came, "sent", None), (came, "delivered", None)]
    assert [status for _, status, _ in told[2:]] == ["sent", "delivered", "sent", "failed"]
    assert told[-1][2] == "30007"


@pytest.mark.parametrize(
    ("more", "statuses", "calls"),
    [
        ("", [500], 1),
        ("#rc=2", [500], 1),
        ("#rc=2&rp=all", [500, 404, 200], 3),
        ("#rc=2&rp=all", [500, 500, 500, 200], 3),
        ("#rc=5&rp=all", [200], 1),
    ],
)
def test_a_call_that_fails_is_made_again_only_as_its_address_asks(
    twilio: TwilioStandIn, more: str, statuses: list[int], calls: int
) -> None:
    with Owner(*statuses) as owner:
        twilio.callbacks.text_url = owner.url + more
        twilio.receive(CUSTOMER, OURS, "hello")
    assert len(owner.heard) == calls == len(twilio.callbacks.made)


@pytest.mark.parametrize(("more", "calls"), [("", 2), ("#rc=5", 6)])
def test_where_nobody_answers_it_is_tried_again_by_itself(twilio: TwilioStandIn, more: str, calls: int) -> None:
    with Owner() as owner:
        gone = owner.url
    twilio.callbacks.text_url = gone + more
    twilio.receive(CUSTOMER, OURS, "hello")
    assert twilio.callbacks.made == [(gone, 0)] * calls
