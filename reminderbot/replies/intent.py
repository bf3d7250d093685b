"""Decides what each sentence says: the kinds found in it, and whether every word of it is accounted for."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from reminderbot.core.understanding import DisputeReason, Finding, Kind
from reminderbot.replies.extract import Day, Sum, amount_in, days_in, sums_in
from reminderbot.replies.match import invoice_numbers_in
from reminderbot.replies.tables import PLACEHOLDERS, Table
from reminderbot.replies.words import fold, tokens

# More unknown words than this beside what was understood, and a person reads the clause: an excuse may tell a story
# ("it slid under a pile on the truck seat"), an apology may not ("sorry about the hole in the sofa").
MAX_UNKNOWN = {"excuse": 4, "harmless": 1}
MAX_UNKNOWN_ELSE = 2

_INVOICE_SIGN = "\ue000"
# "Not Dave", "who is Karen": there the name is what matters.
_BEFORE_NAMES = frozenset({"not", "is", "am", "are", "no", "for", "to", "from", "by", "called", "with"})
# A day in a clause that says only this is no day of payment.
_STORIES = frozenset({"excuse", "auto_reply", "paid"})
_KINDS = {kind.value: kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Reader:
    """What is known when a reply is read: the tables of its languages and what the reminder was about."""

    tables: tuple[Table, ...]
    today: date
    locale: str
    invoices: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    is_sms: bool = False
    language: str = ""
    # What short and misspelt words stand for, in all the languages at hand.
    spellings: Mapping[str, str] = field(default_factory=dict)


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


@dataclass(frozen=True, slots=True)
class _Hit:
    group: str
    start: int
    end: int
    # Words in the gaps of the pattern: they belong to it, and are not explained by it.
    gaps: frozenset[int] = frozenset()

    @property
    def explains(self) -> Iterable[int]:
        return (at for at in range(self.start, self.end) if at not in self.gaps)


def read_sentence(text: str, reader: Reader) -> Sentence:
    """What one sentence says."""
    spoken = text
    for number in invoice_numbers_in(text, reader.invoices):
        spoken = re.sub(re.escape(number), f" {_INVOICE_SIGN} ", spoken, flags=re.IGNORECASE)
    words = _words(spoken, reader)
    is_question = "?" in text
    words = [word for word in words if word != "?"]
    days = days_in(words, reader.tables, reader.today, reader.locale)
    sums = [found for found in sums_in(words) if not any(found.start < d.end and d.start < found.end for d in days)]
    shown, origins = _placed(words, days, sums)
    left, origins, cut = _without_idioms(shown, origins, reader.tables)
    hits = _hits(left, reader.tables) + _hits_beside_names(left, reader.names | _proper_names(text, reader), reader)
    groups = frozenset(hit.group for hit in hits) | (frozenset({"idiom"}) if cut else frozenset())
    is_question = is_question and (not cut or bool(left))
    days = list(_days_meant(days, left, origins, hits))
    sentence = Sentence(
        text=text,
        words=tuple(shown),
        groups=groups,
        days=tuple(days),
        deadlines=tuple(day for day in days if not _is_no_deadline(day, words, reader.tables)),
        sums=tuple(sums),
        is_question=is_question or "question.open" in groups,
        is_hedged="hedge" in groups,
        on_condition=bool(groups & {"condition", "condition_on_us"}),
        on_us="condition_on_us" in groups,
    )
    sentence = replace(sentence, findings=tuple(_findings(sentence, reader)))
    return replace(sentence, accounted=_is_accounted(left, hits, text, reader))


def _is_no_deadline(day: Day, words: Sequence[str], tables: Iterable[Table]) -> bool:
    before = [word for word in words[max(0, day.start - 2) : day.start] if word not in ("on", "the", "this")]
    return day.past or bool(before and any(before[-1] in table.not_then for table in tables))


def _words(text: str, reader: Reader) -> list[str]:
    return tokens(text, reader.spellings)


def _placed(words: Sequence[str], days: Iterable[Day], sums: Iterable[Sum]) -> tuple[list[str], list[int]]:
    """The words with days and sums replaced by what they are, and which word each of them was."""
    shown = list(words)
    for day in days:
        shown[day.start] = "" if day.reference else "PAST" if day.past else "DATE"
        shown[day.start + 1 : day.end] = [""] * (day.end - day.start - 1)
    for found in sums:
        shown[found.start] = "MONEY"
        shown[found.start + 1 : found.end] = [""] * (found.end - found.start - 1)
    return _with_phones([(_placeholder(word), at) for at, word in enumerate(shown) if word])


def _with_phones(words: list[tuple[str, int]]) -> tuple[list[str], list[int]]:
    """Groups of figures such as "0491 570 156" made one number to call."""
    shown: list[str] = []
    origins: list[int] = []
    for word, at in words:
        if word in ("NUMBER", "PHONE") and shown[-1:] in (["NUMBER"], ["PHONE"]):
            shown[-1] = "PHONE"
        else:
            shown.append(word)
            origins.append(at)
    return shown, origins


def _without_idioms(
    words: Sequence[str], origins: Sequence[int], tables: Iterable[Table]
) -> tuple[list[str], list[int], bool]:
    """The words without set phrases that never matter, a comma in the place of each; and whether there were any.

    "Let me know if you need anything else" is neither a question nor a condition, "no problem" no dispute.
    """
    hits = _hits(words, tables, idioms=True)
    left = list(words)
    for hit in hits:
        left[hit.start : hit.end] = [","] * (hit.end - hit.start)
    kept = [at for at, word in enumerate(left) if word != "," or (at and left[at - 1] != ",")]
    # Smileys leave commas as well: "merci :)".
    kept = kept[1:] if kept and left[kept[0]] == "," else kept
    kept = kept[:-1] if kept and left[kept[-1]] == "," else kept
    return [left[at] for at in kept], [origins[at] for at in kept], bool(hits)


def _hits_beside_names(words: Sequence[str], names: Collection[str], reader: Reader) -> list[_Hit]:
    """What is found once a name at the beginning or the end is left out: "Perfect, thanks Anna", "Karen, Friday"."""
    start, end = 0, len(words)
    while end - start > 1 and words[end - 1] in names and words[end - 2] not in _BEFORE_NAMES:
        end -= 1
    while end - start > 1 and words[start] in names and words[start + 1] == ",":
        start += 2
    if end - start in (0, len(words)):
        return []
    found = _hits(words[start:end], reader.tables)
    return [_Hit(h.group, h.start + start, h.end + start, frozenset(at + start for at in h.gaps)) for h in found]


def _days_meant(
    days: Iterable[Day], words: Sequence[str], origins: Sequence[int], hits: Sequence[_Hit]
) -> Iterable[Day]:
    """Without the days of set phrases and of clauses that only tell a story ("was ill on Monday, will pay Friday")."""
    places = {origin: place for place, origin in enumerate(origins)}
    clauses = list(_clauses(words))
    told = [{hit.group for hit in hits if hit.start < b and hit.end > a} for a, b in clauses]
    promised = any("promise" in groups for groups in told)
    for day in days:
        place = places.get(day.start)
        if place is None:
            continue
        groups = next(groups for (a, b), groups in zip(clauses, told, strict=True) if a <= place <= b)
        if not (promised and groups & _STORIES and "promise" not in groups):
            yield day


def _placeholder(word: str) -> str:
    if word == _INVOICE_SIGN:
        return "INVOICE"
    if "@" in word:
        return "ADDRESS"
    if word[:1].isdigit():
        return "PHONE" if sum(c.isdigit() for c in word) >= 7 else "NUMBER"
    return word


def _hits(words: Sequence[str], tables: Iterable[Table], idioms: bool = False) -> list[_Hit]:
    text = " " + " ".join(words) + " "
    starts = [at for at, char in enumerate(text) if char == " "]
    present = set(words)
    found: list[_Hit] = []
    for table in tables:
        for phrase in (table.idioms if idioms else table.index).candidates(present):
            found.extend(_hit(phrase.group, match, starts) for match in phrase.pattern.finditer(text))
    return found


def _hit(group: str, match: re.Match[str], starts: Sequence[int]) -> _Hit:
    def word(at: int) -> int:
        return bisect_right(starts, at) - 1

    gaps = frozenset(at for a, b in match.regs[1:] if a < b for at in range(word(a), word(b - 1)))
    return _Hit(group, word(match.start()), word(match.end() - 1), gaps)


def _findings(sentence: Sentence, reader: Reader) -> Iterable[Finding]:
    named = invoice_numbers_in(sentence.text, reader.invoices)
    groups = sentence.groups
    kinds: dict[Kind, DisputeReason | None] = {}
    for group in sorted(groups):
        head, _, reason = group.partition(".")
        kind = _KINDS.get("wrong_contact" if head == "handed_on" else head)
        if kind is None:
            continue
        kinds.setdefault(kind, None)
        if kind is Kind.DISPUTE and kinds[kind] in (None, DisputeReason.UNSPECIFIED):
            kinds[kind] = DisputeReason(reason or "unspecified")
    if sentence.is_question and not kinds:
        kinds[Kind.QUESTION] = None
    for kind, why in _sensible(kinds, sentence).items():
        yield _finding(kind, why, sentence, named)


def _sensible(kinds: dict[Kind, DisputeReason | None], sentence: Sentence) -> dict[Kind, DisputeReason | None]:
    """Leave out what the rest of the sentence takes back."""
    result = dict(kinds)
    unsettled = sentence.is_question or (sentence.on_us and not (sentence.deadlines and sentence.sums))
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
    # "My solicitor will deal with this" promises nothing.
    if Kind.PROMISE in result and ("not_promise" in sentence.groups or (Kind.LEGAL in result and not sentence.days)):
        del result[Kind.PROMISE]
    if Kind.PAID in result and sentence.is_question:
        result.setdefault(Kind.QUESTION, None)
    return result


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
    """The sum named, with or without its currency."""
    if sentence.sums:
        return (
            sentence.sums[0].amount if len(sentence.sums) == 1 else sum((s.amount for s in sentence.sums), Decimal(0))
        )
    bare = [
        match[1]
        for match in re.finditer(
            r"(?<![\w./:-])(\d{2,6}(?:[.,]\d{3})?(?:[.,]\d{2})?)(?![\w/:-]|[.,]\d)", _without_days(sentence.text)
        )
    ]
    amounts = [amount for word in bare if (amount := amount_in(word)) and amount > 31 and not 2000 <= amount <= 2100]
    return amounts[0] if len(amounts) == 1 else None


def _without_days(text: str) -> str:
    return re.sub(r"\S*[-/]\S*|\d+(?:st|nd|rd|th)\b|\b20\d\d\b", " ", text)


def _is_accounted(words: Sequence[str], hits: Sequence[_Hit], text: str, reader: Reader) -> bool:
    def is_name(start: int, end: int) -> bool:
        """True for "Thanks Anna" and "Dan" at the beginning or the end: one word more, written large, and no noun."""
        unknown = [word for word in words[start:end] if not _is_plain(word, reader)]
        loaded = any(word in table.loaded for word in unknown for table in reader.tables)
        large = len(unknown) == 1 and re.search(rf"(?<!\w){re.escape(unknown[0].capitalize())}(?!\w)", text)
        return end - start <= 3 and bool(large) and not loaded and reader.language != "de"

    reader = replace(reader, names=reader.names | _proper_names(text, reader))
    clauses = list(_clauses(words))
    return all(
        _clause_accounted(words, a, b, hits, reader) or ((a, b) in (clauses[0], clauses[-1]) and is_name(a, b))
        for a, b in clauses
    )


def _proper_names(text: str, reader: Reader) -> frozenset[str]:
    """Words written large in the middle of a sentence: people, places, firms; in German every noun is."""
    if reader.language == "de" or sum(c.isupper() for c in text) * 4 > len(text):
        return frozenset()
    return frozenset(fold(match[1]) for match in re.finditer(r"(?<=[\w,] )([A-ZÀ-Ý][a-zà-ÿ]{2,20})(?![\w'’])", text))


def _clauses(words: Sequence[str]) -> Iterable[tuple[int, int]]:
    start = 0
    for at, word in enumerate(words):
        if word == ",":
            yield start, at
            start = at + 1
    yield start, len(words)


def _clause_accounted(words: Sequence[str], start: int, end: int, hits: Sequence[_Hit], reader: Reader) -> bool:
    """True where what is known of the clause leaves nothing that could matter."""
    within = [hit for hit in hits if hit.start < end and hit.end > start]
    known = {at for hit in within for at in hit.explains}
    rest = [words[at] for at in range(start, end) if at not in known and not _is_plain(words[at], reader)]
    if not rest or not within:
        return not rest
    allowed = max(MAX_UNKNOWN.get(hit.group, MAX_UNKNOWN_ELSE) for hit in within)
    return len(rest) <= allowed and not any(word in table.loaded for word in rest for table in reader.tables)


def _is_plain(word: str, reader: Reader) -> bool:
    if word in PLACEHOLDERS:
        return word != "PHONE"
    if word in reader.names:
        return not any(word in table.loaded for table in reader.tables)
    return any(word in table.fillers or word in table.everyday for table in reader.tables)


def says_something(text: str, tables: Iterable[Table], spellings: Mapping[str, str]) -> bool:
    """True where a line holds a phrase that matters: it is no signature then."""
    harmless = ("harmless", "idiom", "excuse", "hedge", "condition", "ack")
    words, origins = _placed(tokens(text, spellings), [], [])
    left, _, _ = _without_idioms(words, origins, tables)
    return any(not hit.group.startswith(harmless) for hit in _hits(left, tables))


def invoices_of(sentences: Collection[Sentence]) -> tuple[str, ...]:
    """All invoice numbers named, in order."""
    return tuple(dict.fromkeys(number for s in sentences for f in s.findings for number in f.invoices))
