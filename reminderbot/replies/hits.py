"""Finds the patterns of the phrase tables in the words of a sentence."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from reminderbot.replies.extract import Day, Sum
from reminderbot.replies.tables import DENYING, Table
from reminderbot.replies.words import tokens

INVOICE_SIGN = "\ue000"
# "Not Dave", "who is Karen": there the name is what matters.
_BEFORE_NAMES = frozenset({"not", "is", "am", "are", "no", "for", "to", "from", "by", "called", "with"})


@dataclass(frozen=True, slots=True)
class Reader:
    """What is known when a reply is read: the tables of its languages and what the reminder was about."""

    tables: tuple[Table, ...]
    today: date
    locale: str
    invoices: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    language: str = ""
    # What short and misspelt words stand for, in all the languages at hand.
    spellings: Mapping[str, str] = field(default_factory=dict)

    def denies(self, word: str) -> bool:
        """True for a word that denies what follows; Portuguese "no" does not: it stands among the fillers there."""
        return word in DENYING and (word not in self.tables[0].fillers or self.loads(word))

    def loads(self, word: str) -> bool:
        """True for a word that never passes unexplained."""
        return any(word in table.loaded for table in self.tables)

    def concerns(self, word: str) -> bool:
        """True for a word that speaks of us or of the debt."""
        return any(word in table.matters for table in self.tables)

    def speaks_of_self(self, word: str) -> bool:
        """True for a word by which customers speak of themselves."""
        return any(word in table.speaker for table in self.tables)

    def is_own_time(self, word: str) -> bool:
        """True for a word of customers' own comings and goings."""
        return any(word in table.own_time for table in self.tables)

    def pays(self, word: str) -> bool:
        """True for a word of paying in a form that looks ahead."""
        return any(word in table.pays for table in self.tables)

    def tells_of_the_past(self, word: str) -> bool:
        """True for a word of a payment that has happened."""
        return any(word in table.happened for table in self.tables)


@dataclass(frozen=True, slots=True)
class Hit:
    group: str
    start: int
    end: int
    # Words in the gaps of the pattern: they belong to it, and are not explained by it.
    gaps: frozenset[int] = frozenset()

    @property
    def explains(self) -> Iterable[int]:
        return (at for at in range(self.start, self.end) if at not in self.gaps)


def placed(words: Sequence[str], days: Iterable[Day], sums: Iterable[Sum]) -> tuple[list[str], list[int]]:
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


def _placeholder(word: str) -> str:
    if word == INVOICE_SIGN:
        return "INVOICE"
    if "@" in word:
        return "ADDRESS"
    if word[:1].isdigit():
        return "PHONE" if sum(c.isdigit() for c in word) >= 7 else "NUMBER"
    return word


def without_idioms(
    words: Sequence[str], origins: Sequence[int], tables: Iterable[Table]
) -> tuple[list[str], list[int], bool]:
    """The words without set phrases that never matter, a comma in the place of each; and whether there were any.

    "Let me know if you need anything else" is neither a question nor a condition, "no problem" no dispute.
    """
    hits = hits_in(words, tables, idioms=True)
    left = list(words)
    for hit in hits:
        left[hit.start : hit.end] = [","] * (hit.end - hit.start)
    kept = [at for at, word in enumerate(left) if word != "," or (at and left[at - 1] != ",")]
    # Smileys leave commas as well: "merci :)".
    kept = kept[1:] if kept and left[kept[0]] == "," else kept
    kept = kept[:-1] if kept and left[kept[-1]] == "," else kept
    return [left[at] for at in kept], [origins[at] for at in kept], bool(hits)


def hits_in(words: Sequence[str], tables: Iterable[Table], idioms: bool = False) -> list[Hit]:
    text = " " + " ".join(words) + " "
    starts = [at for at, char in enumerate(text) if char == " "]
    present = set(words)
    found: list[Hit] = []
    for table in tables:
        for phrase in (table.idioms if idioms else table.index).candidates(present):
            found.extend(_hit(phrase.group, match, starts) for match in phrase.pattern.finditer(text))
    return found


def _hit(group: str, match: re.Match[str], starts: Sequence[int]) -> Hit:
    def word(at: int) -> int:
        return bisect_right(starts, at) - 1

    gaps = frozenset(at for a, b in match.regs[1:] if a < b for at in range(word(a), word(b - 1)))
    return Hit(group, word(match.start()), word(match.end() - 1), gaps)


def hits_beside_names(words: Sequence[str], reader: Reader) -> list[Hit]:
    """What is found once a name at the beginning or the end is left out: "Perfect, thanks Anna", "Karen, Friday"."""
    names = reader.names
    start, end = 0, len(words)
    while end - start > 1 and words[end - 1] in names and words[end - 2] not in _BEFORE_NAMES:
        end -= 1
    while end - start > 1 and words[start] in names and words[start + 1] == ",":
        start += 2
    if end - start in (0, len(words)):
        return []
    found = hits_in(words[start:end], reader.tables)
    return [Hit(h.group, h.start + start, h.end + start, frozenset(at + start for at in h.gaps)) for h in found]


def says_something(text: str, tables: Iterable[Table], spellings: Mapping[str, str]) -> bool:
    """True where a line holds a phrase that matters: it is no signature then."""
    harmless = ("harmless", "idiom", "excuse", "hedge", "condition", "ack")
    words, origins = placed(tokens(text, spellings), [], [])
    left, _, _ = without_idioms(words, origins, tables)
    return any(not hit.group.startswith(harmless) for hit in hits_in(left, tables))
