"""Decides what each sentence says: the kinds found in it, and whether every word of it is accounted for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from reminderbot.core.understanding import DisputeReason, Finding, Kind
from reminderbot.replies import tables
from reminderbot.replies.explained import clauses_of, is_explained, proper_names
from reminderbot.replies.extract import Day, Sum, amount_in, days_in, sums_in
from reminderbot.replies.hits import INVOICE_SIGN, Hit, Reader, hits_beside_names, hits_in, placed, without_idioms
from reminderbot.replies.match import invoice_numbers_in
from reminderbot.replies.meant import meant, without_denied
from reminderbot.replies.tables import DENIALS, HINT, Table
from reminderbot.replies.words import tokens

# A day in a clause that says only this is no day of payment.
_STORIES = frozenset({"excuse", "auto_reply", "paid"})
_KINDS = {kind.value: kind for kind in Kind}
# No count of days or years, no share, no number of something.
_FIGURE = re.compile(
    r"(?<![\w./:-])(?<!net )(?<!n\. )(?<!no\. )(?<!nr\. )(?<!nr )"
    r"(\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{2})?|\d{2,6}(?:[.,]\d{2})?)"
    r"(?![\w/:-]|[.,]\d|\s?%|\s(?:days?|hours?|weeks?|years?|tagen?|stunden|jahren?|jours|heures|ans|d[ií]as|horas"
    r"|a[nñ]os|giorni|ore|anni|dagen|uur|jaar)\b)",
    re.IGNORECASE,
)
# "10/10", "5/5 would recommend": praise, and neither the tenth of October nor a day in May.
_RATING = re.compile(r"(?i)^\W{0,3}(?:10/10|5/5)(?=\W{0,3}$)|\b(?:10/10|5/5)(?= (?:stars?|would|service|job|work)\b)")
# "Quinta eu te faço o pix, tá?": a way of speaking, and no question; "quanto tá?" is one.
_TAG = re.compile(r"(?i),\s*(?:t[áa](?:\s+bom)?|viu)\s*\?+")
# What is never cut into by a set phrase.
_GRAVE = frozenset({"paid", "dispute", "hardship", "legal", "sensitive", "wrong_contact"})


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and what was made of it."""

    text: str
    words: tuple[str, ...] = ()
    groups: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()
    days: tuple[Day, ...] = ()
    # The days by which something may be done: without "until Monday", "not Friday", "due on the 3rd".
    deadlines: tuple[Day, ...] = ()
    sums: tuple[Sum, ...] = ()
    is_question: bool = False
    is_hedged: bool = False
    # Depends on something: on us ("once you resend it"), or on events ("if my deposit lands").
    on_condition: bool = False
    on_us: bool = False
    # Every word of it is explained.
    accounted: bool = False
    # Or told of the writer's own life, which is enough beside a clean promise.
    is_story: bool = False
    # What it may be about where the whole reply says nothing clearer.
    hints: tuple[Finding, ...] = ()
    # How many words show each kind: "bounced" is one, "we cannot pay this month" are many.
    strength: Mapping[Kind, int] = field(default_factory=dict)


def read_sentence(text: str, reader: Reader) -> Sentence:
    """What one sentence says."""
    spoken = text
    for number in invoice_numbers_in(text, reader.invoices):
        spoken = re.sub(re.escape(number), f" {INVOICE_SIGN} ", spoken, flags=re.IGNORECASE)
    plain = _opt_out_in_any_language(spoken)
    is_question = "?" in _TAG.sub("", text)
    words = plain or [word for word in _words(spoken, reader) if word != "?"]
    days = days_in(words, reader.tables, reader.today, reader.locale) if not plain else []
    sums = [found for found in sums_in(words) if not any(found.start < d.end and d.start < found.end for d in days)]
    shown, places = placed(words, days, sums)
    left, origins, cut = without_idioms(shown, places, reader.tables)
    reader = replace(reader, names=reader.names | proper_names(text, reader))
    hits = hits_in(left, reader.tables) + hits_beside_names(left, reader)
    hits = meant(left, hits, is_question, reader)
    hits += _set_phrases_in(shown, bool(left), reader) if cut and not hits else []
    groups = frozenset(hit.group for hit in hits) | (frozenset({"idiom"}) if cut else frozenset())
    is_question = is_question and (not cut or bool(left))
    days = list(_days_meant(days, left, origins, hits))
    sentence = Sentence(
        text=text,
        words=tuple(shown),
        groups=groups,
        days=tuple(days),
        deadlines=_deadlines(days, words, reader.tables, _led_up_to(left, origins, hits)),
        sums=tuple(sums),
        is_question=is_question,
        is_hedged="hedge" in groups,
        on_condition=bool(groups & {"condition", "condition_on_us"}),
        on_us="condition_on_us" in groups,
        strength=_strength(hits),
    )
    sentence = replace(sentence, findings=tuple(_findings(sentence, reader)))
    hints = tuple(_hints(sentence, reader))
    said = {at for at, word in zip(origins, left, strict=True) if word != ","}
    kept = [place in said for place in places]
    is_whole = not (cut and _is_cut_into(shown, kept, groups, reader))
    accounted = is_whole and is_explained(left, hits, text, reader)
    is_story = is_whole and not accounted and is_explained(left, hits, text, reader, story=True)
    return replace(sentence, hints=hints, accounted=accounted, is_story=is_story)


def _strength(hits: Iterable[Hit]) -> dict[Kind, int]:
    strength: dict[Kind, int] = {}
    for hit in hits:
        kind = _kind_of(hit.group)
        if kind is not None:
            strength[kind] = max(strength.get(kind, 0), len(set(hit.explains)))
    return strength


def _kind_of(group: str) -> Kind | None:
    head = group.partition(".")[0]
    return _KINDS.get("wrong_contact" if head == "handed_on" else head)


def _led_up_to(words: Sequence[str], origins: Sequence[int], hits: Iterable[Hit]) -> frozenset[int]:
    """Where the days stand to which a promise leads word by word: "dans la vague du 20 mars"."""
    explained = [set(hit.explains) for hit in hits if hit.group == "promise"]
    days = (at for at, word in enumerate(words) if word == "DATE" and at)
    return frozenset(origins[at] for at in days if any({at - 1, at} <= known for known in explained))


def _deadlines(
    days: Iterable[Day], words: Sequence[str], tables: Sequence[Table], led_up_to: frozenset[int]
) -> tuple[Day, ...]:
    """The days by which something may be done; one of every month only where no other is named.

    "Our runs are on the 15th and the 30th, and you are in that of the 30th": the day named twice is the one meant.
    """
    named = [
        day for day in days if not _is_no_deadline(day, words, tables) or (day.start in led_up_to and not day.past)
    ]
    told = Counter(day.day for day in named if day.day)
    if _is_added(named, words):
        return tuple(named[-1:])
    if len(told) > 1:
        named = [day for day in named if day.day and told[day.day] > 1] or named
    return tuple(day for day in named if not day.repeated) or tuple(named)


def _is_added(days: Sequence[Day], words: Sequence[str]) -> bool:
    """True where the last day says which one was meant: "paid in the final run, which is on Wednesday"."""
    if len(days) < 2 or days[-1].end < len(words):
        return False
    before = [word for word in words[max(0, days[-1].start - 5) : days[-1].start] if word not in ("on", "the", "this")]
    return before[-2:] == ["which", "is"]


def _is_no_deadline(day: Day, words: Sequence[str], tables: Iterable[Table]) -> bool:
    before = [word for word in words[max(0, day.start - 3) : day.start] if word not in ("on", "the", "this")]
    if day.past or not before or not any(before[-1] in table.not_then for table in tables):
        return day.past
    # "Not until Friday" is a day after all.
    return not (len(before) > 1 and before[-2] in DENIALS)


def _is_cut_into(shown: Sequence[str], kept: Sequence[bool], groups: Iterable[str], reader: Reader) -> bool:
    """True where a set phrase takes a part of what contests or claims: "look [at your bank] statement"."""
    told = {group.partition(".")[0] for group in groups}
    for hit in without_denied(shown, hits_in(shown, reader.tables), reader):
        stands = [kept[at] for at in hit.explains]
        if hit.group.partition(".")[0] in _GRAVE - told and len(stands) > sum(stands) > len(stands) / 2:
            return True
    return False


def _set_phrases_in(words: Sequence[str], more: bool, reader: Reader) -> list[Hit]:
    """What a sentence of set phrases says, explaining none of its words.

    "No worries pal" acknowledges; "Can't talk now", where no more is said, is a machine's.
    """
    said = (Kind.ACK.value,) if more else (Kind.ACK.value, Kind.AUTO_REPLY.value)
    return [Hit(group, 0, 0) for group in {hit.group for hit in hits_in(words, reader.tables)} if group in said]


def _opt_out_in_any_language(text: str) -> list[str]:
    """The words of a sentence that is an opt-out as a whole, as they stand; empty: it is none.

    Short forms and months of our own language would make others of them: "nie", "not", "mai".
    """
    words = [word for word in tokens(text, {}) if word != "?"]
    told = f" {' '.join(words)} "
    known = tables.load(tables.ELSEWHERE).index.candidates(words)
    whole = (p for p in known if p.group == Kind.OPT_OUT.value and p.source.startswith("^") and p.source.endswith("$"))
    return words if any(phrase.pattern.search(told) for phrase in whole) else []


def _words(text: str, reader: Reader) -> list[str]:
    return tokens(_RATING.sub(" top marks ", text), reader.spellings)


def _days_meant(
    days: Iterable[Day], words: Sequence[str], origins: Sequence[int], hits: Sequence[Hit]
) -> Iterable[Day]:
    """Without the days of set phrases and of clauses that only tell a story ("was ill on Monday, will pay Friday")."""
    places = {origin: place for place, origin in enumerate(origins)}
    clauses = list(clauses_of(words))
    told = [{hit.group for hit in hits if hit.start < b and hit.end > a} for a, b in clauses]
    promised = any("promise" in groups for groups in told)
    for day in days:
        place = places.get(day.start)
        if place is None:
            continue
        groups = next(groups for (a, b), groups in zip(clauses, told, strict=True) if a <= place <= b)
        if not (promised and groups & _STORIES and "promise" not in groups):
            yield day


def _findings(sentence: Sentence, reader: Reader) -> Iterable[Finding]:
    named = invoice_numbers_in(sentence.text, reader.invoices)
    kinds = _kinds_in(sentence.groups)
    if sentence.is_question and not kinds:
        kinds[Kind.QUESTION] = None
    for kind, why in _sensible(kinds, sentence).items():
        yield _finding(kind, why, sentence, named)


def _hints(sentence: Sentence, reader: Reader) -> Iterable[Finding]:
    named = invoice_numbers_in(sentence.text, reader.invoices)
    kinds = _kinds_in(group.removeprefix(HINT) for group in sentence.groups if group.startswith(HINT))
    for kind, why in kinds.items():
        yield _finding(kind, why, sentence, named)


def _kinds_in(groups: Iterable[str]) -> dict[Kind, DisputeReason | None]:
    """The kinds that groups of patterns stand for, a dispute with the first reason that is one."""
    kinds: dict[Kind, DisputeReason | None] = {}
    for group in sorted(groups):
        kind, reason = _kind_of(group), group.partition(".")[2]
        if kind is None:
            continue
        kinds.setdefault(kind, None)
        if kind is Kind.DISPUTE and kinds[kind] in (None, DisputeReason.UNSPECIFIED):
            kinds[kind] = DisputeReason(reason or "unspecified")
    return kinds


def _sensible(kinds: dict[Kind, DisputeReason | None], sentence: Sentence) -> dict[Kind, DisputeReason | None]:
    """Leave out what the rest of the sentence takes back."""
    result = dict(kinds)
    if Kind.PROMISE in result and len(sentence.deadlines) > 1 and len(sentence.sums or _bare_amounts(sentence)) > 1:
        # "600 on the 20th of May and the other 600 on the 20th of June"
        result.setdefault(Kind.INSTALMENTS, None)
    planned = _is_plan(result, sentence)
    if planned:
        result.setdefault(Kind.PROMISE, None)
        result.setdefault(Kind.INSTALMENTS, None)
    asked = sentence.is_question and not _is_guess(sentence)
    unsettled = asked or (sentence.on_us and not (sentence.deadlines and sentence.sums))
    if Kind.PROMISE in result and unsettled:
        del result[Kind.PROMISE]
        if not result:
            result[Kind.QUESTION] = None
    for lesser in (Kind.ACK, Kind.QUESTION):
        # "Could you" asks less than what is said beside it; a promise beside a question leaves the question open.
        if lesser in result and set(result) - {lesser, Kind.PROMISE, Kind.AUTO_REPLY, Kind.ACK, Kind.OPT_OUT}:
            del result[lesser]
    if Kind.PAID in result and "not_paid" in sentence.groups:
        del result[Kind.PAID]
        # "Would it be alright if I paid on the 6th?"
        if not result and sentence.is_question:
            result[Kind.QUESTION] = None
    # "My solicitor will deal with this" promises nothing.
    taken_back = "not_promise" in sentence.groups or (Kind.LEGAL in result and not sentence.days)
    # "All at once I cannot, so I pay 150 on 1 May and 150 on 1 June" takes nothing back.
    if Kind.PROMISE in result and taken_back and not planned:
        del result[Kind.PROMISE]
    # "I have had no mail from you" asks for one rather than for none.
    if Kind.OPT_OUT in result and "not_opt_out" in sentence.groups:
        del result[Kind.OPT_OUT]
        result.setdefault(Kind.QUESTION, None)
    if Kind.PAID in result and sentence.is_question:
        result.setdefault(Kind.QUESTION, None)
    return result


def _is_guess(sentence: Sentence) -> bool:
    """True for "maybe next week??", which asks nothing."""
    return sentence.is_hedged and bool(sentence.deadlines) and "question" not in sentence.groups


def _is_plan(kinds: Iterable[Kind], sentence: Sentence) -> bool:
    """True for parts that are dated and not asked for: "150 on 5 April, 150 on 5 May and the last 150 on 5 June"."""
    named = Kind.INSTALMENTS in kinds or f"{HINT}instalments" in sentence.groups
    if not named or sentence.is_hedged or sentence.on_condition or sentence.is_question:
        return False
    parts = len(sentence.deadlines) + ("now" in sentence.words)
    return parts > 1 and max(len(sentence.sums), len(_bare_amounts(sentence))) > 1


def _finding(kind: Kind, reason: DisputeReason | None, sentence: Sentence, named: tuple[str, ...]) -> Finding:
    day = last_day(sentence.deadlines, surely=True) if kind is Kind.PROMISE else None
    day = last_day(sentence.days) if kind is Kind.AUTO_REPLY else day
    amount = promised_amount(sentence) if kind is Kind.PROMISE else None
    return Finding(kind, sentence.text, named, day, amount, reason)


def last_day(named: Iterable[Day], surely: bool = False) -> date | None:
    """The last of the days named; None where one of them cannot be told, or `surely` is asked and it is doubtful."""
    days = [day for day in named if not day.past]
    if not days or any(day.day is None or (surely and day.doubtful) for day in days):
        return None
    return max(day.day for day in days if day.day)


def promised_amount(sentence: Sentence) -> Decimal | None:
    """The sum named, with or without its currency; None for several figures that say no currency."""
    if sentence.sums:
        return sum((s.amount for s in sentence.sums), Decimal(0))
    bare = _bare_amounts(sentence)
    return bare[0] if len(bare) == 1 else None


def _bare_amounts(sentence: Sentence) -> list[Decimal]:
    """The figures without a currency that may be sums: no days, no years, no counts."""
    words = _FIGURE.findall(_without_days(sentence.text))
    return [amount for word in words if (amount := amount_in(word)) and amount > 31 and not 2000 <= amount <= 2100]


def _without_days(text: str) -> str:
    return re.sub(r"(?<!\S)[^\s/-]*[-/]\S*|\b\d{1,4}(?:st|nd|rd|th)\b|\b20\d\d\b", " ", text)
