"""A world whose text messages go through the real client to a Twilio on this machine."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from reminderbot.channels.twilio import TwilioSms
from reminderbot.core.ladder import Channel
from reminderbot.core.report import Report
from reminderbot.demo.twilio_standin import ACCOUNT_SID, TOKEN, TwilioStandIn
from reminderbot.inbox.twilio import TwilioInbox
from tests.stories.world import OUR_NUMBER, World

PHONE = "+447700900123"
CONSENT = {"sms_consent": "yes", "sms_consent_on": "2026-01-01", "sms_consent_how": "web form"}
TEXTS = {"phone": PHONE, **CONSENT}
# The first letter to an invoice that was due on 5 March, the second, and the text that follows it.
TEXT_DAY = ("2027-03-08 10:30", "2027-03-15 11:00", "2027-03-16 12:00")


def connect(world: World, twilio: TwilioStandIn) -> None:
    """Have this world's texts sent, found, reported on and received at `twilio`."""

    def channel() -> TwilioSms:
        return TwilioSms(ACCOUNT_SID, TOKEN, twilio.url, timeout=5)

    def report_on(references: Sequence[str]) -> Iterator[Report]:
        yield from channel().reports(references)

    world.use(
        dataclasses.replace(
            world.house,
            channels={**world.house.channels, Channel.SMS: channel},
            find_text=lambda *asked: channel().find(*asked),
            report_on=report_on,
            open_text_inbox=lambda: TwilioInbox(ACCOUNT_SID, TOKEN, twilio.url, (OUR_NUMBER,), timeout=5),
        )
    )


def until_text(world: World) -> None:
    """Live on until the first text message has left."""
    for moment in TEXT_DAY:
        world.at(moment)
