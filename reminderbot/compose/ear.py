"""How does a sentence sound beside those that we know?

The sentences in `compose/courtesy/sentences/` are marked sharp, fine and so on; naive Bayes counts which words,
neighbours and parts of words stand in the sharp ones and which in the fine ones. Teach it by another sentence there.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from math import inf, log

from reminderbot.compose.finding import Kind
from reminderbot.compose.rules import plain

FOLDER = files("reminderbot.compose") / "courtesy" / "sentences"
FINE = "fine"
_HEARD = (Kind.SHARP, Kind.ASSUMING, Kind.SPINELESS)
_TOKEN = re.compile(r"[^\W\d_]++|\d++|[?!]")
# What belongs together stands this near: "you … never", "weder … noch".
_NEAR = 10
_PART = 4
# A word that one kind has never had is unlikely in it, not impossible.
_UNSEEN = 0.1


@dataclass(frozen=True, slots=True)
class Ear:
    """In how many sentences of each kind a word, a pair or a part of a word stands, in one language."""

    counts: Mapping[str, Mapping[str, int]]
    # How many sentences of each kind there are.
    many: Mapping[str, int]

    def hears(self, sentence: str) -> dict[Kind, float]:
        """How much `sentence` sounds like those of each kind (above zero), rather than like fine ones (below)."""
        signs = signs_of(plain(sentence))
        return {kind: self._sum(kind, signs) for kind in _HEARD}

    def loudest(self, kind: Kind, sentence: str) -> tuple[int, int]:
        """From where to where the words stand that sound most like `kind`."""
        words = list(_TOKEN.finditer(plain(sentence)))
        loud = [self._sum(kind, _parts(word[0])) for word in words]
        # The stretch with the greatest sum (Kadane): a stretch that has come down to nothing is begun anew.
        best, start, so_far, stretch = -inf, 0, 0.0, (0, 0)
        for at, weight in enumerate(loud):
            start, so_far = (at, weight) if so_far <= 0 else (start, so_far + weight)
            best, stretch = max((best, stretch), (so_far, (start, at)))
        return words[stretch[0]].start(), words[stretch[1]].end()

    def _sum(self, kind: Kind, signs: Iterable[str]) -> float:
        of, fine = self.counts[kind], self.counts[FINE]
        even = log((self.many[FINE] + 2 * _UNSEEN) / (self.many[kind] + 2 * _UNSEEN))
        met = [(of.get(sign, 0), fine.get(sign, 0)) for sign in signs]
        # What was never met speaks for nothing.
        return sum(_log(here) - _log(there) + even for here, there in met if here or there)


@cache
def _log(count: int) -> float:
    return log(count + _UNSEEN)


def signs_of(seen: str) -> set[str]:
    """What a plain sentence is made of: its words, those that are near each other, and parts of words."""
    words = ["0" if word.isdigit() else word for word in _TOKEN.findall(seen)]
    beside = {f"{one} {two}" for one, two in pairwise(["^", *words, "$"])}
    near = {f"{one}…{two}" for at, one in enumerate(words) for two in words[at + 1 : at + 1 + _NEAR]}
    return beside | near | {part for word in words for part in _parts(word)}


def _parts(word: str) -> set[str]:
    whole = f"<{word}>"
    return {word, *(f"#{whole[at : at + _PART]}" for at in range(len(whole) - _PART + 1))}


@lru_cache(maxsize=16)
def ear_of(language: str) -> Ear:
    """What the known sentences of `language` teach."""
    told = tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))["sentence"]
    return taught((sentence["kind"], sentence["text"]) for sentence in told)


def taught(sentences: Iterable[tuple[str, str]]) -> Ear:
    """What `sentences`, each a kind and its text, teach."""
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in (FINE, *_HEARD)}
    many: Counter[str] = Counter()
    for kind, text in sentences:
        counts[kind].update(signs_of(plain(text)))
        many[kind] += 1
    return Ear(counts, many)
