"""How does this text sound: sharp, presumptuous, spineless, loud, hard to read?

Each sentence is judged by itself, by two witnesses: the rules of its language (`compose/courtesy/`), and how much it
sounds like known ones (`compose/ear.py`). The words quoted are the text's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from reminderbot.compose.ear import Ear, ear_of
from reminderbot.compose.finding import Finding, Kind
from reminderbot.compose.rules import Courtesy, Unfit, about, courtesy_of, plain
from reminderbot.compose.words import base

# Twice what a letter may have (promises.md S3); what is longer is no letter, and is not looked at beyond.
_MOST_SIGNS = 32_000
_MOST_QUOTED = 120
_NEAR = 40
_FEWEST_WORDS = 60
_LONG_WORD = 6
# Three words make no tone: "With kind regards".
_FEWEST_HEARD = 4
# How much like its kind a sentence must sound to be told of, and how much of that one rule's word is worth. Measured on
# sentences that neither the rules nor the ear had met.
_ENOUGH = {Kind.SHARP: (4.0, 20.0), Kind.ASSUMING: (40.0, 52.0), Kind.SPINELESS: (30.0, 43.0)}
# What is sharp outright is excused only by what is as good as known to be fine: a bailiff's house to be painted.
_OUTRIGHT = 3
# A part of a sentence says less than the whole, and what is outright in it is worth half.
_WORTH_APART = 30.0
_APART = re.compile(r"[,;:–—(]| - ")
_SOUNDS = {Kind.SHARP: "sounds", Kind.ASSUMING: "assuming", Kind.SPINELESS: "spineless"}
# A list's items are sentences of their own, whether or not they end with a full stop.
_BREAK = re.compile(r"\n[ \t]*\n|\n(?=[ \t]*[-*•] )")
# "Bis zum 14. Juni": a German day's full stop ends no sentence.
_END = re.compile(r"(?<=[.?!])(?<! \d\.)(?<! \d\d\.)[\"'”»)]? ")
_WORD = re.compile(r"[^\W\d_]++")
_CAPITALS = re.compile(r"(?<![\w&.-])[^\W\d_a-zà-ÿ]{2,40}(?![\w&])")
_LOUD_MARKS = re.compile(r"[!?¡¿]{1,3}[!¡]|!\?|\?\?|¡¿")
# Written in capitals by everybody, or by the carriers' rules.
_NOT_SHOUTED = frozenset(
    (
        *("STOP", "HELP", "IBAN", "BIC", "SEPA", "BACS", "SWIFT", "ACH", "PIX", "TED", "RIB", "MULTIBANCO", "IDEAL"),
        *("GMBH", "SARL", "EURL", "SAS", "SRL", "SPA", "LTDA", "LTD", "LLC", "PLC", "INC", "USA", "UK", "EU", "UE"),
        *("VAT", "TVA", "IVA", "BTW", "CIF", "NIF", "NIPC", "CNPJ", "CPF", "SIRET", "SIREN", "HMRC", "EUR", "USD"),
        *("GBP", "CHF", "JPY", "BRL", "PDF", "SMS", "HTML", "CSV", "EDI", "ERP", "SAP", "PO", "OK", "AM", "PM", "ID"),
    )
)


def courtesy(text: str, language: str) -> list[Finding]:
    """What speaks against `text` in `language` by its words alone, sentence by sentence; nothing: it sounds right.

    Nothing, too, where nobody has written rules for that language: see `rules.languages`.
    """
    rules = courtesy_of(base(language))
    return list(_judged(text[:_MOST_SIGNS], rules, base(language))) if rules else []


def sentences(text: str) -> list[str]:
    """The sentences of `text`, in one line each; a list's items are sentences of their own."""
    parts = (" ".join(part.split()) for part in _BREAK.split(text))
    return [sentence for part in parts for sentence in _END.split(part) if sentence]


def _judged(text: str, rules: Courtesy, language: str) -> Iterator[Finding]:
    told = sentences(text)
    yield from dict.fromkeys(finding for sentence in told for finding in _of_sentence(sentence, language))
    yield from _hard(told, rules)


# An owner who writes sees the same sentences judged at every change, and for every customer of the trial.
@lru_cache(maxsize=512)
def _of_sentence(sentence: str, language: str) -> tuple[Finding, ...]:
    rules = courtesy_of(language)
    assert rules is not None
    return (*_heard(sentence, rules, ear_of(language)), *_shouted(sentence, rules), *_long(sentence, rules))


def _heard(sentence: str, rules: Courtesy, ear: Ear) -> Iterator[Finding]:
    seen, heard = plain(sentence), ear.hears(sentence)
    broken = [(unfit, places) for unfit in rules.unfit if (places := _unfit(seen, unfit))]
    told = [kind for kind in heard if _weight(kind, heard[kind], [unfit for unfit, _ in broken]) > _ENOUGH[kind][0]]
    for unfit, places in broken:
        for place in places:
            if unfit.kind in told or unfit.kind not in heard or _sharp_by_itself(sentence, place, unfit, ear):
                yield Finding(unfit.severity, _quoted(sentence, *place), unfit.why, unfit.better, unfit.kind)
    for kind in set(told) - {unfit.kind for unfit, _ in broken}:
        if len(_WORD.findall(sentence)) >= _FEWEST_HEARD:
            yield of_rule(_SOUNDS[kind], _quoted(sentence, *ear.loudest(kind, sentence)))


def _sharp_by_itself(sentence: str, place: tuple[int, int], unfit: Unfit, ear: Ear) -> bool:
    """Whether what a kind sentence says outright is sharp when its part is heard alone: "thank you, but ..."."""
    start = max((mark.end() for mark in _APART.finditer(sentence, 0, place[0])), default=0)
    end = _APART.search(sentence, place[1])
    part = sentence[start : end.start() if end else None]
    if unfit.kind is not Kind.SHARP or not unfit.outright or len(_WORD.findall(part)) < _FEWEST_HEARD:
        return False
    return ear.hears(part)[unfit.kind] + _WORTH_APART > 0


def _weight(kind: Kind, heard: float, broken: Iterable[Unfit]) -> float:
    """How much speaks for `kind`: how the sentence sounds, and each thing that a rule found it to be."""
    worth: dict[str, int] = {}
    for unfit in broken:
        if unfit.kind is kind:
            worth[unfit.why] = max(worth.get(unfit.why, 1), _OUTRIGHT if unfit.outright else 1)
    return heard + _ENOUGH[kind][1] * sum(worth.values())


def _unfit(seen: str, unfit: Unfit) -> list[tuple[int, int]]:
    places = _places(seen, unfit)
    return [] if any(unless.search(seen) for unless in unfit.unless) else places


def _places(seen: str, unfit: Unfit) -> list[tuple[int, int]]:
    """Where `unfit` stands in a sentence: each of its phrases, or from the first to the last of what comes together."""
    places = [found.span() for found in unfit.pattern.finditer(seen)] if unfit.pattern else []
    if unfit.negation:
        places = [place for place in places if not unfit.negation.search(seen[max(0, place[0] - _NEAR) : place[0]])]
    for groups in unfit.together:
        found = [match for pattern in groups if (match := pattern.search(seen))]
        if len(found) == len(groups):
            places.append((min(match.start() for match in found), max(match.end() for match in found)))
    return places


def _quoted(sentence: str, start: int, end: int) -> str:
    words = sentence[start:end]
    return words if len(words) <= _MOST_QUOTED else words[:_MOST_QUOTED].rpartition(" ")[0] + " …"


def _shouted(sentence: str, rules: Courtesy) -> Iterator[Finding]:
    capitals = [word for word in _CAPITALS.findall(sentence) if word not in _NOT_SHOUTED]
    if (len(capitals) > 1 and sum(map(len, capitals)) > len("PAY US")) or any(plain(w) in rules.loud for w in capitals):
        yield of_rule("shouting", " ".join(capitals))
    else:
        yield from (of_rule("capitals", word) for word in capitals if len(word) > len("ABC"))
    if loud := _LOUD_MARKS.search(sentence):
        yield of_rule("shouting", loud[0])


def _long(sentence: str, rules: Courtesy) -> Iterator[Finding]:
    count = len(_WORD.findall(sentence))
    if count > rules.longest:
        yield of_rule("long_sentence", _quoted(sentence, 0, len(sentence)), f"it has {count} words")


def _hard(told: list[str], rules: Courtesy) -> Iterator[Finding]:
    """The LIX of Björnsson (1968): words to a sentence and long words to a hundred; it holds in every language."""
    words = [word for sentence in told for word in _WORD.findall(sentence)]
    if len(words) < _FEWEST_WORDS:
        return
    lix = len(words) / len(told) + 100 * sum(len(word) > _LONG_WORD for word in words) / len(words)
    if lix > rules.hardest:
        yield of_rule("hard", "", f"its LIX is {lix:.0f}, and {rules.hardest} is plenty")


def of_rule(rule: str, words: str, measured: str = "") -> Finding:
    """What `rule` finds in `words`, with what was measured."""
    severity, kind, why, better = about(rule)
    return Finding(severity, words, f"{why} ({measured})" if measured else why, better, kind)
