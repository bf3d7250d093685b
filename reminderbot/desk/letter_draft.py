"""Looks at a letter that somebody is writing: as real, hard and made-up customers would get it, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from reminderbot.compose.facts import LetterFacts
from reminderbot.compose.finding import Finding, Severity, blocking
from reminderbot.compose.render import Draft, RenderedEmail, RenderedSms
from reminderbot.compose.watch import with_plain_ends
from reminderbot.compose.words import base
from reminderbot.core.account import Account
from reminderbot.core.facts import Facts
from reminderbot.core.ladder import Channel, Task, Tier
from reminderbot.desk.find import one
from reminderbot.desk.letter_file import LetterFile, LetterName, spelling
from reminderbot.desk.letters import (
    SAMPLE_DAY,
    SAMPLES,
    Message,
    about_ladders,
    letter_of,
    made,
    sample_facts,
    tiers_of,
)
from reminderbot.desk.preview import facts_for
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.store.hardest import Hard, hardest


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who would get the letter: a made-up customer, or a real one and why they were chosen."""

    # What chooses them again: a sample's name, or a customer's number.
    key: str
    name: str
    hard: tuple[Hard, ...] = ()
    is_real: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the letter comes out for one reader, and what speaks against it."""

    reader: Reader
    message: Message | None
    findings: tuple[Finding, ...]

    @property
    def email(self) -> RenderedEmail | None:
        return self.message if isinstance(self.message, RenderedEmail) else None

    @property
    def sms(self) -> RenderedSms | None:
        return self.message if isinstance(self.message, RenderedSms) else None

    @property
    def notes(self) -> str | None:
        return self.message if isinstance(self.message, str) else None

    @property
    def is_blocked(self) -> bool:
        return bool(blocking(self.findings))


@dataclass(frozen=True, slots=True)
class Looked:
    """A draft and all that was seen of it."""

    name: LetterName
    source: str
    outcomes: tuple[Outcome, ...]
    # The one to show: the customer of choice, else the first.
    shown: Outcome
    # Each finding once, what blocks first.
    findings: tuple[tuple[Finding, Reader], ...]

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """What keeps it from being published."""
        return tuple(blocking(finding for finding, _ in self.findings))

    @property
    def may_be_overridden(self) -> bool:
        """Whether only judgements of words stand in the way, for which an owner may answer."""
        return bool(self.blocking) and all(finding.may_be_overridden for finding in self.blocking)


def as_written(text: str) -> str:
    """What a form's text area holds, as it stands in a file."""
    return with_plain_ends(text).rstrip("\n") + "\n"


def look_at(house: House, connection: Connection, file: LetterFile, source: str, words: str = "") -> Looked:
    """The draft `source` in the place of `file`; `words` name the customer it is shown for, real or made up.

    Refused where they name nobody, or somebody who owes nothing.
    """
    draft = Draft(house.letters.folder, file.name.name, source)
    if mistakes := draft.mistakes_in(file.name.name):
        reader = Reader(SAMPLES[0].name, SAMPLES[0].name)
        wrong = tuple(Finding(Severity.ERROR, "", str(mistake), "") for mistake in mistakes)
        outcome = Outcome(reader, None, wrong)
        return Looked(file.name, source, (outcome,), outcome, tuple((finding, reader) for finding in wrong))
    tier = tier_of(house, file.name)
    outcomes = tuple(
        _outcome(draft, facts, tier, file.name, reader)
        for reader, facts in _readers(house, connection, file.name, tier, words)
    )
    chosen = _chosen(connection, words) or outcomes[0].reader.key
    shown = next((outcome for outcome in outcomes if outcome.reader.key == chosen), None)
    if shown is None:
        raise Refused("The ledger no longer lists this customer: there is no letter to show.")
    steps = _steps(house, draft, file.name, outcomes[0].reader)
    return Looked(file.name, source, outcomes, shown, (*_each_once(outcomes), *steps))


def _outcome(draft: Draft, facts: LetterFacts, tier: Tier, name: LetterName, reader: Reader) -> Outcome:
    message, findings = made(draft, facts, tier, name.channel or Channel.EMAIL)
    return Outcome(reader, message, tuple(findings))


def _steps(house: House, draft: Draft, name: LetterName, reader: Reader) -> Iterator[tuple[Finding, Reader]]:
    """Whether the ladder still rises step by step with this letter in it."""
    ladders, language = house.rules.ladders, spelling(house, name.language)
    for remark in about_ladders(draft, ladders, language, house.business, SAMPLE_DAY):
        if remark.channel is name.channel and not name.is_footer:
            yield remark.finding, reader


def tier_of(house: House, name: LetterName) -> Tier:
    """The step of the ladder that sends this letter; for a footer the first that sends e-mail."""
    tiers = [tier for tier in tiers_of(house.rules.ladders) if tier.task is not Task.REVIEW]
    for tier in tiers:
        by = (None,) if tier.task is Task.CALL else tier.channels
        if name.channel in by and (letter_of(tier) == name.letter or name.is_footer):
            return tier
    # It stands on no step yet.
    task = None if name.channel else Task.CALL
    return Tier(name.letter, 10, (name.channel,) if name.channel else (), name.letter, task=task)


def _readers(
    house: House, connection: Connection, name: LetterName, tier: Tier, words: str
) -> Iterator[tuple[Reader, LetterFacts]]:
    language = spelling(house, name.language)
    for sample in SAMPLES:
        facts = sample_facts(sample, tier, language, house.business, SAMPLE_DAY)
        yield Reader(sample.name, sample.name), _in_its_folder(facts, name)
    chosen = _chosen(connection, words)
    found = hardest(connection, house.business.currency)
    ids = dict.fromkeys((*found.values(), *((chosen,) if chosen and not _is_sample(chosen) else ())))
    known = house.gatherer.gather(connection, list(ids), house.clock.now())
    for key in ids:
        told = _told(house, known.get(key), name, tier, needed=key == chosen)
        if told is not None:
            hard = tuple(why for why, customer in found.items() if customer == key)
            yield Reader(key, known[key].account.customer.name, hard, is_real=True), _in_its_folder(told, name)


def _told(house: House, known: Facts | None, name: LetterName, tier: Tier, *, needed: bool) -> LetterFacts | None:
    """What it may say of a customer of the ledger; where that is nothing, Refused if it is `needed`."""
    if known is None:
        return None
    try:
        return facts_for(
            house, known.account, tier, name.channel or Channel.EMAIL, _language(house, known.account, name)
        )
    except Refused:
        if needed:
            raise
        return None


def _in_its_folder(facts: LetterFacts, name: LetterName) -> LetterFacts:
    # A house that spells pt-PT may have the letter in both folders, and it is this one that is being looked at.
    return replace(facts, languages=tuple(dict.fromkeys((name.language, base(name.language)))))


def _chosen(connection: Connection, words: str) -> str:
    """What chooses the reader that `words` mean; Refused where that is nobody."""
    if not words or _is_sample(words):
        return words
    return one(connection, words).customer.customer_id


def _is_sample(words: str) -> bool:
    return any(sample.name == words for sample in SAMPLES)


def _language(house: House, account: Account, name: LetterName) -> str:
    """A customer's own spelling, where the letter is in their language."""
    own = account.customer.language or house.business.language
    return own if name.language in (own, base(own)) else name.language


def _each_once(outcomes: Iterable[Outcome]) -> Iterator[tuple[Finding, Reader]]:
    seen: dict[tuple[str, str], tuple[Finding, Reader]] = {}
    for outcome in outcomes:
        for finding in outcome.findings:
            seen.setdefault((finding.words, finding.why), (finding, outcome.reader))
    yield from sorted(seen.values(), key=lambda pair: pair[0].severity is not Severity.ERROR)
