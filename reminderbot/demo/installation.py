"""A real installation in a folder of its own: settings in live mode, the shipped letters, an empty ledger."""

from __future__ import annotations

import json
from pathlib import Path

from reminderbot.clock import Clock
from reminderbot.config import load_config
from reminderbot.demo.people import ACCOUNTS, BUSINESS, OUR_NUMBER
from reminderbot.demo.post_office import PASSWORD, PostOffice
from reminderbot.demo.twilio_standin import TwilioStandIn
from reminderbot.desk.setup import create_installation
from reminderbot.house import House
from reminderbot.wiring import build_house


def install(folder: Path, post: PostOffice, twilio: TwilioStandIn, clock: Clock) -> House:
    """Set up as `reminderbot init` does, name the demo's servers in the settings, and build what they say.

    CannotSetUp where something of an installation lies in `folder` already.
    """
    create_installation(folder, BUSINESS)
    config = folder / "config.toml"
    told = config.read_text("utf-8").replace('mode = "draft"', 'mode = "live"', 1)
    config.write_text(told + _servers(post, twilio), "utf-8")
    secrets = {
        "REMINDERBOT_SMTP_PASSWORD": PASSWORD,
        "REMINDERBOT_IMAP_PASSWORD": PASSWORD,
        "REMINDERBOT_TWILIO_TOKEN": twilio.token,
    }
    (folder / ".env").write_text("".join(f"{name}='{value}'\n" for name, value in secrets.items()), "utf-8")
    # Nothing of the environment the demo is started in may reach other servers than its own.
    return build_house(load_config(config, {}), clock)


def _servers(post: PostOffice, twilio: TwilioStandIn) -> str:
    tables: dict[str, dict[str, str | int]] = {
        "email": {
            "host": "127.0.0.1",
            "port": post.smtp_port,
            "security": "none",
            "username": ACCOUNTS,
            "from": ACCOUNTS,
        },
        "inbox": {"host": "127.0.0.1", "port": post.imap_port, "security": "none", "username": ACCOUNTS},
        "sms": {"account_sid": twilio.account_sid, "from": OUR_NUMBER, "api_base": twilio.url},
    }
    lines = ["\n\n# The servers of the demo, which live as long as it runs."]
    for name, values in tables.items():
        # JSON's strings and numbers are TOML's.
        lines += ["", f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())]
    return "\n".join(lines) + "\n"
