"""Writes the settings of an invented business, and builds the program from them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from reminderbot.clock import SteppedClock
from reminderbot.compose.render import Letters
from reminderbot.config import load_config
from reminderbot.core.ladder import Channel
from reminderbot.house import House
from reminderbot.wiring import build_house
from tests.faults.life import Reader
from tests.oracle.evidence import GoodPayer, Rung, Segment
from tests.simulate.business import TASKS, Business
from tests.simulate.ends import Carrier, MailServer, Post
from tests.stories.world import CONFIG, LETTERS, OUR_ADDRESS, OUR_NUMBER, SECRETS, SMS, TextsIn

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def install(
    business: Business,
    folder: Path,
    clock: SteppedClock,
    mail: MailServer,
    post: Post,
    carrier: Carrier,
    texts: TextsIn,
) -> House:
    """The program as it would be installed there; only the far ends are ours."""
    (folder / "ledger").mkdir(parents=True)
    (folder / "state").mkdir()
    # Fixed, so that the same seed gives the same tokens and Message-IDs.
    key = folder / "state" / "secret.key"
    key.touch(mode=0o600)
    key.write_text(f"{business.seed:064x}\n", "ascii")
    path = folder / "config.toml"
    path.write_text(_config(business), "utf-8")
    channels: dict[Channel, Callable[[], Any]] = {Channel.EMAIL: lambda: mail}
    if business.has_texts:
        channels[Channel.SMS] = lambda: carrier
    return dataclasses.replace(
        build_house(load_config(path, SECRETS), clock),
        channels=channels,
        open_inbox=lambda: post,
        open_text_inbox=(lambda: texts) if business.has_texts else None,
        list_texts=carrier.list_texts if business.has_texts else None,
        reader=Reader(),
        letters=_letters(),
        # It names the machine and the folder, and stands in the journal.
        instance="simulated",
    )


@cache
def _letters() -> Letters:
    """The same for every business: reading them takes longer than some businesses live."""
    return Letters(LETTERS)


def _config(business: Business) -> str:
    text = CONFIG.format(
        mode=business.mode, url="sqlite:///state/reminderbot.db", letters=LETTERS, us=OUR_ADDRESS,
        sending=_sending(business), more=(_texts(business) if business.has_texts else "") + _rest(business),
    )  # fmt: skip
    rules = business.rules
    for key, before, after in (
        ("time_zone", "Europe/London", rules.zone),
        ("country", "GB", rules.country),
        ("currency", "GBP", business.currency),
    ):
        text = text.replace(f'{key} = "{before}"', f'{key} = "{after}"', 1)
    if not business.plus_addressing:
        text = text.replace("[inbox]", "plus_addressing = false\n[inbox]", 1)
    return text


def _sending(business: Business) -> str:
    rules = business.rules
    return "\n".join(
        (
            f'window = "{rules.opens:%H:%M}-{rules.closes:%H:%M}"',
            f"days = [{', '.join(repr(_DAYS[day]) for day in sorted(rules.weekdays))}]",
            f"holidays = [{', '.join(day.isoformat() for day in sorted(rules.holidays))}]",
            f"max_per_day = {rules.max_per_day}",
            f"max_per_hour = {rules.max_per_hour}",
            f"min_balance = {rules.min_balance}",
            f"undo_minutes = {business.undo_minutes}",
            f"first_contacts_per_day = {rules.first_contacts_per_day}",
            f"park_after_days = {rules.park_after_days}",
            f"min_gap_days = {rules.min_gap_days}",
            f"per_week = {rules.per_week}",
            f"per_month = {rules.per_month}",
            f"only_when_we_work = {str(rules.only_when_we_work).lower()}",
        )
    )


def _texts(business: Business) -> str:
    return f"{SMS}monthly_limit = {business.rules.monthly_segments}\n"


def _rest(business: Business) -> str:
    hours = int(business.rules.ledger_max_age.total_seconds() // 3600)
    return (
        f"[ledger]\nmax_age_hours = {hours}\n"
        + "".join(
            (
                *(_rung(business, rung) for rung in business.rules.ladder),
                *(_segment(business, segment) for segment in business.rules.segments),
            )
        )
        + _good_payer(business.rules.good_payer)
    )


def _segment(business: Business, segment: Segment) -> str:
    told = {"name": segment.name, "groups": sorted(segment.groups), "countries": sorted(segment.countries)}
    told |= {"kind": segment.kind, "history": "good_payer" if segment.good_payers else ""}
    told |= {"owed_from": segment.owed_from, "owed_up_to": segment.owed_up_to}
    told |= {"patience_days": segment.patience_days, "without": sorted(c.value for c in segment.without)}
    lines = [f"{key} = {_toml(value)}" for key, value in told.items() if value not in ("", None, [], 0)]
    tiers = (_rung(business, rung, "segment.ladder") for rung in segment.ladder)
    return "[[segment]]\n" + "\n".join(lines) + "\n" + "".join(tiers)


def _toml(value: object) -> str:
    return f"{value}" if isinstance(value, int | Decimal) else repr(value)


def _good_payer(asked: GoodPayer) -> str:
    return (
        f"[patience]\ngood_payer_invoices = {asked.invoices}\ngood_payer_months = {asked.months}\n"
        f"good_payer_days_late = {asked.days_late}\n"
    )


def _rung(business: Business, rung: Rung, table: str = "ladder") -> str:
    head = f'[[{table}]]\nname = "{rung.name}"\ndays = {rung.days}\n'
    if not rung.channels:
        return f'{head}task = "{TASKS[rung.name]}"\n'
    needs = "approval" if rung.name in business.asks else "nobody"
    return f'{head}channels = {[c.value for c in rung.channels]}\nneeds = "{needs}"\n'


OURS = frozenset({OUR_ADDRESS, "office@brightwater.example", OUR_NUMBER})
