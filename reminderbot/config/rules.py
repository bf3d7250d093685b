"""What must hold between the keys of the config, once each is right by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from reminderbot.config.kinds import seen
from reminderbot.config.settings import NO_TENANT, Auth, Config, ProviderName, Security
from reminderbot.core.answer import ANSWER
from reminderbot.core.beside import NAMES
from reminderbot.core.ladder import MIN_GAP_DAYS, Channel, Ladder, Tier
from reminderbot.core.ladder import mistakes as ladder_mistakes
from reminderbot.core.loopback import is_loopback
from reminderbot.core.segment import Segment
from reminderbot.core.stop import Mode

# Each rule is given the values that were read without a mistake and yields (key, sentence).
Found = Iterator[tuple[str, str]]
Values = Mapping[str, Any]


def connection(values: Values) -> Found:
    """Unprotected mail only within this machine (S19)."""
    host = values.get("host")
    if values.get("security") is Security.NONE and host is not None and not is_loopback(host):
        yield (
            "security",
            f'"none" would send passwords and letters to {host} in the clear: write "starttls" or "tls";'
            ' "none" is for a server on this machine (host = "localhost")',
        )


def email(values: Values) -> Found:
    """Protected, and with somebody to sign in as where that is asked for."""
    yield from connection(values)
    if values.get("auth") is Auth.OAUTH2 and not values.get("username"):
        yield "username", 'is missing: with auth = "oauth2" write the address of the account you sign in with'


def oauth(values: Values) -> Found:
    """A provider of one's own says where its tokens are; tenants are Microsoft's alone."""
    if values.get("provider") is ProviderName.OTHER and values.get("token_url") == "":
        yield "token_url", 'is missing: with provider = "other" write where its tokens are fetched, https://...'
    tenant, provider = values.get("tenant", NO_TENANT), values.get("provider", ProviderName.MICROSOFT)
    if tenant != NO_TENANT and provider is not ProviderName.MICROSOFT:
        yield "tenant", f'has no effect with provider = "{provider}": take it out, or write provider = "microsoft"'


def signing_in(tables: Mapping[str, Values]) -> Found:
    """Whoever signs in with OAuth2 says where."""
    for name in ("email", "inbox"):
        if tables.get(name, {}).get("auth") is Auth.OAUTH2 and "oauth" not in tables:
            yield "[oauth]", f'is missing: [{name}] auth = "oauth2" needs it; write it with provider and client_id'


def reachable(tables: Mapping[str, Values]) -> Found:
    """Twilio calls from outside, unless its stand-in runs on this machine too."""
    public, carrier = tables.get("desk", {}).get("public_url"), tables.get("sms", {}).get("api_base")
    if public and carrier and is_loopback(_host_of(public)) and not is_loopback(_host_of(carrier)):
        yield (
            "[desk] public_url",
            f"{seen(public)} is this machine itself, where Twilio cannot call: write the address by which the internet"
            " reaches it, or take public_url out; texts are asked for all the same",
        )


def _host_of(address: str) -> str:
    return urlsplit(address).hostname or ""


def sms(values: Values) -> Found:
    """Either one number of ours, or a messaging service with the numbers that belong to it."""
    if not {"from_", "messaging_service_sid", "numbers"} <= values.keys():
        return
    sender, service, numbers = values["from_"], values["messaging_service_sid"], values["numbers"]
    if sender and service:
        yield "from", "stands beside messaging_service_sid: keep one of the two and take the other out"
    if not sender and not service:
        yield "from", 'is missing: write your Twilio number, e.g. from = "+14155550123", or messaging_service_sid'
    if service and not sender and not numbers:
        yield "numbers", 'is missing: name the numbers of the messaging service, e.g. numbers = ["+14155550123"]'
    if sender and numbers and sender not in numbers:
        yield "numbers", f"does not name {seen(sender)}, which we send from: add it, or take numbers out"


def tier(values: Values) -> Found:
    """A tier writes to the customer or gives a person a task, not both."""
    if values.get("task") and values.get("channels"):
        yield "channels", "stands beside a task, which is for a person and sends nothing: take one of the two out"
    if values.get("name") == ANSWER:
        yield "name", f"cannot be {ANSWER}: that is what a person's own letters are called"
    if values.get("name") in NAMES:
        yield "name", f"cannot be {values['name']}: a letter beside the ladder is called so; give the tier another name"


def ladder(found: Ladder, min_gap_days: int) -> Iterator[str]:
    """What makes the ladder as a whole unusable, the business's own gap included."""
    yield from ladder_mistakes(found)
    for index, after in enumerate(found.tiers):
        gap = found.spacing(index)
        # Smaller gaps are told by the core's own rule.
        if index and MIN_GAP_DAYS <= gap < min_gap_days:
            yield (
                f"tier '{after.name}' comes {gap} days after '{found.tiers[index - 1].name}', sooner than"
                f" [sending] min_gap_days = {min_gap_days}: move it later, or lower min_gap_days"
            )


def segment(values: Values) -> Found:
    """A span of sums begins before it ends."""
    least, most = values.get("owed_from"), values.get("owed_up_to")
    if least is not None and most is not None and least > most:
        yield "owed_from", f"{least} is more than owed_up_to = {most}, so it fits nobody: write the smaller sum here"


def segments(found: Sequence[Segment], main: Ladder) -> Iterator[str]:
    """What makes segments unusable beside one another: names, order of tiers, one that is never reached."""
    names = [known.name for known in found]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        yield f"two segments are called '{name}': give each a name of its own"
    ladders = [("the main ladder", main), *((f"'{known.name}'", known.ladder) for known in found)]
    for place, (name, own) in enumerate(ladders):
        for other_name, other in ladders[:place]:
            if pair := _other_order(own, other):
                first, second = pair
                yield (
                    f"in {name} tier '{first}' comes before '{second}', in {other_name} after it:"
                    " keep their order, or give one of them another name"
                )
    for place, known in enumerate(found):
        for before in found[:place]:
            if _hides(before, known):
                yield f"'{known.name}' is never reached: '{before.name}' takes all of its customers in; swap the two"


def _other_order(one: Ladder, other: Ladder) -> tuple[str, str] | None:
    """Two tiers that both have, in another order; None: there are none."""
    places = {tier.name: place for place, tier in enumerate(other.tiers)}
    shared = [tier.name for tier in one.tiers if tier.name in places]
    return next(((a, b) for a, b in pairwise(shared) if places[a] > places[b]), None)


def _hides(before: Segment, known: Segment) -> bool:
    """Whether all that fits `known` fits `before`, as far as that shows without their customers."""
    if before.is_by_hand or known.is_by_hand:
        return False
    return (
        _within(known.groups, before.groups)
        and _within(known.countries, before.countries)
        and before.kind in (None, known.kind)
        and before.history in (None, known.history)
        and (before.owed_from is None or (known.owed_from is not None and known.owed_from >= before.owed_from))
        and (before.owed_up_to is None or (known.owed_up_to is not None and known.owed_up_to <= before.owed_up_to))
    )


def _within(inner: tuple[str, ...], outer: tuple[str, ...]) -> bool:
    """Whether one list asks for no more than the other; an empty one asks for nothing."""
    wanted = {word.casefold() for word in outer}
    return not wanted or (bool(inner) and {word.casefold() for word in inner} <= wanted)


def as_segment(values: Values, ladder: Ladder, *, has_own_ladder: bool) -> Segment:
    """A core segment from what was read without a mistake; defaults where there was one."""
    days, left_out = values.get("patience_days", 0), values.get("without", ())
    climbed = ladder.later(days).without(left_out)
    known = {key: value for key, value in values.items() if key not in {"name", "ladder"}}
    return Segment(name=values.get("name", ""), ladder=climbed, has_own_ladder=has_own_ladder, **known)


def mode(chosen: Mode | None, present: set[str]) -> Found:
    """Nothing is sent without a way out, nor without an ear for the answers."""
    if chosen in {Mode.APPROVE, Mode.LIVE}:
        for table, purpose in (("email", "the server that takes the letters"), ("inbox", "the mailbox of the answers")):
            if table not in present:
                yield f"[{table}]", f'is missing: mode = "{chosen}" needs {purpose}; write it, or mode = "draft"'


def without_effect(config: Config) -> Found:
    """What is written but changes nothing yet, and the cure: no mistake, since one writes one thing after the other."""
    signing_in = any(table and table.auth is Auth.OAUTH2 for table in (config.email, config.inbox))
    if config.oauth and not signing_in:
        yield "[oauth] has no effect: nobody signs in by it", 'write auth = "oauth2" into [email] or [inbox]'


def needs_secret(table: str, values: Values) -> bool:
    """Whether `table` cannot work without its password or token."""
    if values.get("auth") is Auth.OAUTH2:
        return False
    return table in {"inbox", "sms"} or (table == "email" and bool(values.get("username")))


def filled(values: Values) -> dict[str, Any]:
    """The values with those in place that follow from others where they were left out."""
    found = dict(values)
    if found.get("reply_to") == "":
        found["reply_to"] = found.get("from_", "")
    if found.get("numbers") == () and found.get("from_"):
        found["numbers"] = (found["from_"],)
    return found


def as_tier(values: Values) -> Tier:
    """A core tier from its table; a letter goes by e-mail and is called like its tier unless told otherwise."""
    channels = values["channels"] or (() if values["task"] else (Channel.EMAIL,))
    return Tier(
        name=values["name"],
        days=values["days"],
        channels=channels,
        letter=values["letter"] or values["name"],
        needs=values["needs"],
        task=values["task"],
    )


def absolute(value: object, folder: Path) -> object:
    """Paths, and the path of a SQLite store, as seen from the config's folder."""
    if isinstance(value, Path):
        return folder / value
    if isinstance(value, str) and value.startswith("sqlite:///"):
        return f"sqlite:///{folder / Path(value.removeprefix('sqlite:///')).expanduser()}"
    return value
