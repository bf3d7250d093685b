"""A world whose text messages go through the real client to a Twilio on this machine."""

from __future__ import annotations

import dataclasses

from reminderbot.core.ladder import Channel
from reminderbot.demo.twilio_standin import TwilioStandIn
from tests.stories.world import OUR_NUMBER, SECRETS, World

ACCOUNT = "AC" + "0" * 32
PHONE = "+447700900123"
CONSENT = {"sms_consent": "yes", "sms_consent_on": "2026-01-01", "sms_consent_how": "web form"}
TEXTS = {"phone": PHONE, **CONSENT}
# Where a text is the first that anybody hears.
TEXT_LADDER = """
[[ladder]]
name = "check-in"
days = 3
channels = ["sms"]
[[ladder]]
name = "firm"
days = 14
channels = ["sms"]
[[ladder]]
name = "last"
days = 42
channels = ["email"]
"""
# The first letter to an invoice that was due on 5 March, the second, and the text that follows it.
TEXT_DAY = ("2027-03-08 10:30", "2027-03-15 11:00", "2027-03-16 12:00")


def carrier(world: World) -> TwilioStandIn:
    """The Twilio of this world's account, not yet running."""
    return TwilioStandIn(world.clock, (OUR_NUMBER,), ACCOUNT, SECRETS["REMINDERBOT_TWILIO_TOKEN"])


def connect(world: World, twilio: TwilioStandIn, public_url: str = "", sending: str = "", ladder: str = "") -> None:
    """Have this world's texts sent, found, reported on and received at `twilio`, all as its settings wire them."""
    world.house.store.close()
    world.configure(sending, f'api_base = "{twilio.url}"\n[desk]\npublic_url = "{public_url}"\n{ladder}')
    wired = world.wired
    world.use(
        dataclasses.replace(
            world.house,
            channels={**world.house.channels, Channel.SMS: wired.channels[Channel.SMS]},
            list_texts=wired.list_texts,
            delivery_reports=wired.delivery_reports,
            open_text_inbox=wired.open_text_inbox,
        )
    )


def until_text(world: World) -> None:
    """Live on until the first text message has left."""
    for moment in TEXT_DAY:
        world.at(moment)
