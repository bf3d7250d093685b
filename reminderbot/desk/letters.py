"""Shows a letter, and checks all of them, as the hardest customers that can reasonably come along would get them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product

from reminderbot.compose.check import Finding, Severity, check_letter, own_words
from reminderbot.compose.errors import LetterError, NoLetter
from reminderbot.compose.facts import LetterFacts, LetterRequest, NextInstalment, letter_facts
from reminderbot.compose.firmness import check_ladder
from reminderbot.compose.render import Letters, RenderedEmail, RenderedSms
from reminderbot.compose.words import base
from reminderbot.core.account import Account, OpenItem
from reminderbot.core.beside import INSTALMENT, NAMES, THANKS, TIERS
from reminderbot.core.business import Business
from reminderbot.core.customer import Contact, Customer
from reminderbot.core.invoice import Invoice
from reminderbot.core.ladder import Channel, Ladder, Task, Tier
from reminderbot.core.money import Money, minor_digits

# Any Monday will do: letters are compared, not sent.
SAMPLE_DAY = date(2026, 3, 2)
_LINK = "https://pay.example.com/i/8f3k2m9q4t7w"
_LONG_LINK = "https://invoice.example.com/i/acct_1Nv0FGQ9RKHgCVdK/live_" + "YWNjdF8xTnYwRkdR" * 6
_LATE = 20
_LONG_NAME = "Maximiliane-Alexandra von Hohenstein-Wolfenbüttel"


@dataclass(frozen=True, slots=True)
class Remark:
    """What speaks against a letter, and for which made-up customer it first showed."""

    # Empty, as is the letter: the file itself has a mistake, which names it.
    language: str
    letter: str
    # None: the file itself has a mistake.
    channel: Channel | None
    customer: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Sample:
    """A made-up customer."""

    name: str
    contact: str = "Jane Roe"
    # How many invoices, and in which currencies by turns; empty: the business's own.
    invoices: int = 1
    currencies: tuple[str, ...] = ()
    link: str = _LINK
    partly_paid: bool = False
    unapplied: bool = False
    phone: bool = True
    each_own_link: bool = False


SAMPLES = (
    Sample("usual"),
    Sample("nobody named, no link", contact="", link=""),
    Sample("three invoices", invoices=3),
    Sample("three invoices with links of their own", invoices=3, each_own_link=True),
    Sample("twelve invoices, long names", contact=_LONG_NAME, invoices=12, link=_LONG_LINK, partly_paid=True),
    Sample("two currencies, money not yet matched", invoices=4, currencies=("EUR", "USD"), link="", unapplied=True),
    Sample("yen", currencies=("JPY",)),
    Sample("no telephone, nobody named", contact="", link="", phone=False),
)
"""The made-up customers, by name; the first is what most letters look like."""


def check_letters(
    letters: Letters, ladders: Sequence[Ladder], language: str, business: Business, today: date = SAMPLE_DAY
) -> list[Remark]:
    """Everything that speaks against the letters of these ladders, files first; each remark once. No language: all."""
    found = [_about_file(mistake) for mistake in letters.mistakes()]
    tiers = written(letters, ladders)
    spoken = (language,) if language else _languages(letters, tiers, business.language)
    for tier, told in product(tiers, spoken):
        for remark in _about_tier(letters, tier, told, business, today):
            _add(found, remark)
    for told in spoken:
        for remark in about_ladders(letters, ladders, told, business, today):
            _add(found, remark)
    return found


def _add(found: list[Remark], remark: Remark) -> None:
    if all(not _same(remark, earlier) for earlier in found):
        found.append(remark)


def written(letters: Letters, ladders: Sequence[Ladder]) -> tuple[Tier, ...]:
    """The tiers of these ladders, and those beside them that there are letters for."""
    beside = (tier for tier in TIERS if any(letters.languages(tier.letter, channel) for channel in tier.channels))
    return (*tiers_of(ladders), *beside)


def tiers_of(ladders: Sequence[Ladder]) -> tuple[Tier, ...]:
    """Each letter and task of these ladders once, in the order of the first that has it, with all of its channels."""
    found: dict[tuple[str, Task | None], Tier] = {}
    for tier in (tier for ladder in ladders for tier in ladder.tiers):
        key = letter_of(tier), tier.task
        known = found.get(key, tier)
        found[key] = replace(known, channels=tuple(dict.fromkeys((*known.channels, *tier.channels))))
    return tuple(found.values())


def _languages(letters: Letters, tiers: Sequence[Tier], own: str) -> tuple[str, ...]:
    """The house's own language, then all others that any of their letters is written in."""
    folders = {
        folder
        for tier in tiers
        for channel in (*tier.channels, None)
        for folder in letters.languages(letter_of(tier), channel)
    }
    return (own, *sorted(folders - {own, base(own)}))


def preview(
    letters: Letters,
    tier: Tier,
    language: str,
    business: Business,
    channel: Channel = Channel.EMAIL,
    customer: str = "usual",
    today: date = SAMPLE_DAY,
) -> str:
    """The letter of `tier` as the made-up `customer` would get it; LetterError where it cannot be made."""
    sample = next((sample for sample in SAMPLES if sample.name == customer), SAMPLES[0])
    facts = sample_facts(sample, tier, language, business, today)
    if tier.task is Task.CALL:
        return letters.render_notes(facts)
    if channel is Channel.SMS:
        sms = letters.render_sms(facts)
        segments = "1 segment" if sms.segments == 1 else f"{sms.segments} segments"
        return f"{sms.text}\n\n({len(sms.text)} characters, {segments} in {sms.encoding})\n"
    email = letters.render_email(facts)
    return f"Subject: {email.subject}\n\n{email.text}"


def _about_file(mistake: str) -> Remark:
    return Remark("", "", None, "", Finding(Severity.ERROR, "", mistake, "mend the file"))


def _same(one: Remark, other: Remark) -> bool:
    return (one.language, one.letter, one.channel, one.finding.words, one.finding.why) == (
        other.language,
        other.letter,
        other.channel,
        other.finding.words,
        other.finding.why,
    )


def _about_tier(letters: Letters, tier: Tier, language: str, business: Business, today: date) -> Iterator[Remark]:
    if tier.task is Task.REVIEW:
        return
    for sample in SAMPLES:
        facts = sample_facts(sample, tier, language, business, today)
        for channel in tier.channels:
            for finding in made(letters, facts, tier, channel)[1]:
                yield Remark(language, facts.letter, None if tier.task else channel, sample.name, finding)


def about_ladders(
    letters: Letters, ladders: Sequence[Ladder], language: str, business: Business, today: date
) -> Iterator[Remark]:
    """Whether the letters of each ladder rise step by step, as the usual customer gets them."""
    seen: set[tuple[Channel, tuple[str, ...]]] = set()
    for ladder, channel in product(ladders, Channel):
        tiers = [tier for tier in ladder.tiers if tier.task is None and channel in tier.channels]
        # A segment that only waits longer has the letters of the main ladder.
        steps = channel, tuple(letter_of(tier) for tier in tiers)
        if steps in seen:
            continue
        seen.add(steps)
        told = [_words(letters, sample_facts(SAMPLES[0], tier, language, business, today), channel) for tier in tiers]
        for finding in check_ladder([(name, words) for name, words in told if words], language):
            yield Remark(language, "ladder", channel, SAMPLES[0].name, finding)


def _words(letters: Letters, facts: LetterFacts, channel: Channel) -> tuple[str, str]:
    """A letter's name and its own words; no words where it cannot be made, of which others tell."""
    try:
        rendered = letters.render_sms(facts) if channel is Channel.SMS else letters.render_email(facts)
    except LetterError:
        return facts.letter, ""
    return facts.letter, own_words(rendered, facts)


Message = RenderedEmail | RenderedSms | str


def made(letters: Letters, facts: LetterFacts, tier: Tier, channel: Channel) -> tuple[Message | None, list[Finding]]:
    """The letter of `tier`, or its talking points, and what speaks against it; None where it cannot be made."""
    try:
        if tier.task is Task.CALL:
            return letters.render_notes(facts), []
        message = letters.render_sms(facts) if channel is Channel.SMS else letters.render_email(facts)
    except NoLetter as error:
        ours = f"reminderbot letter add {base(facts.languages[0])}"
        return None, [Finding(Severity.ERROR, "", str(error), f"or take over ours: {ours}")]
    except LetterError as error:
        return None, [Finding(Severity.ERROR, "", str(error), "mend or shorten the letter")]
    return message, check_letter(facts.letter, message, facts)


def letter_of(tier: Tier) -> str:
    """The letter's file name without language and ending."""
    return tier.letter or tier.task or tier.name


def sample_facts(sample: Sample, tier: Tier, language: str, business: Business, today: date) -> LetterFacts:
    """What a letter of `tier` may say of a made-up customer."""
    customer = Customer("SAMPLE", "Roe & Daughters Ltd", Contact(sample.contact, "jane.roe@example.com", None))
    currencies = sample.currencies or (business.currency,)
    # Whoever pays by instalments, or has paid, was late.
    late = _LATE if tier.name in NAMES else tier.days
    items = tuple(_item(sample, number, currencies, today - timedelta(days=late)) for number in range(sample.invoices))
    # The last one has a sentence of its own.
    place = 2 if sample.invoices == 1 else 3
    unapplied = (Money(Decimal(80), currencies[0]),) if sample.unapplied else ()
    return letter_facts(
        LetterRequest(
            business=business if sample.phone else replace(business, phone=""),
            account=Account(customer, items, unapplied),
            items=items,
            letter=letter_of(tier),
            today=today,
            language=language,
            instalment=made_up_instalment(items[0].balance, place, today) if tier.name == INSTALMENT else None,
            settled=tuple(item.invoice.number for item in items) if tier.name == THANKS else (),
        )
    )


def made_up_instalment(balance: Money, place: int, today: date) -> NextInstalment:
    """One of three over `balance`, three days from now."""
    cents = Decimal(1).scaleb(-minor_digits(balance.currency))
    rest = Money((balance.amount / 3).quantize(cents), balance.currency)
    return NextInstalment(rest, today + timedelta(days=3), place, 3)


def _item(sample: Sample, number: int, currencies: tuple[str, ...], oldest_due_on: date) -> OpenItem:
    currency = currencies[number % len(currencies)]
    cents = Decimal(1).scaleb(-minor_digits(currency))
    total = Money((Decimal(1250) + Decimal("12845.5") * (sample.invoices > 1)).quantize(cents), currency)
    balance = replace(total, amount=total.amount - 250) if sample.partly_paid else total
    due_on = oldest_due_on + timedelta(days=number)
    link = f"{sample.link}/{number}" if sample.each_own_link else sample.link
    named = f"INV-{oldest_due_on.year}-{10420 + number:06d}" if sample.invoices > 1 else "INV-1042"
    return OpenItem(
        Invoice(named, "SAMPLE", due_on - timedelta(days=30), due_on, total, pay_url=link, po_number="PO-7781"), balance
    )
