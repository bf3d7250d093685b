"""How does a sentence sound beside those that we know?

The sentences in `compose/courtesy/sentences/` are marked sharp, fine and so on; naive Bayes counts which words,
neighbours and parts of words stand in the sharp ones and which in the fine ones. Teach it by another sentence there.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
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
_NEAR = 5
_PART = 4
# A word that one kind has never had is unlikely in it, not impossible.
_UNSEEN = 0.1
# Longer sentences have more to say, and are not that much surer.
_LENGTH = 0.25


@dataclass(frozen=True, slots=True)
class Ear:
    """What each word, pair and part of a word speaks for, in one language: above zero the kind, below zero fine."""

    weights: Mapping[Kind, Mapping[str, float]]

    def hears(self, sentence: str) -> dict[Kind, float]:
        """How much `sentence` sounds like those of each kind, rather than like fine ones."""
        signs = signs_of(plain(sentence))
        return {kind: _sum(weights, signs) / max(1, len(signs)) ** _LENGTH for kind, weights in self.weights.items()}

    def loudest(self, kind: Kind, sentence: str) -> tuple[int, int]:
        """From where to where the words stand that sound most like `kind`."""
        words = list(_TOKEN.finditer(plain(sentence)))
        loud = [_sum(self.weights[kind], _parts(word[0])) for word in words]
        # The stretch with the greatest sum (Kadane): a stretch that has come down to nothing is begun anew.
        best, start, so_far, stretch = -inf, 0, 0.0, (0, 0)
        for at, weight in enumerate(loud):
            start, so_far = (at, weight) if so_far <= 0 else (start, so_far + weight)
            best, stretch = max((best, stretch), (so_far, (start, at)))
        return words[stretch[0]].start(), words[stretch[1]].end()


def _sum(weights: Mapping[str, float], signs: Iterable[str]) -> float:
    return sum(weights.get(sign, 0.0) for sign in signs)


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
    return Ear({kind: dict(_weights(counts[kind], many[kind], counts[FINE], many[FINE])) for kind in _HEARD})


def _weights(of: Mapping[str, int], many: int, fine: Mapping[str, int], others: int) -> Iterator[tuple[str, float]]:
    even = log((others + 2 * _UNSEEN) / (many + 2 * _UNSEEN))
    for sign in of.keys() | fine.keys():
        yield sign, log((of.get(sign, 0) + _UNSEEN) / (fine.get(sign, 0) + _UNSEEN)) + even
