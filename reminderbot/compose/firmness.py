"""How firm is each letter of a ladder, measured by what it asks, and does the ladder rise step by step?

0 informs, 1 asks whether anything is wrong, 2 how it stands, 3 offers ways of settling, 4 asks for payment or a day,
5 hands over to a person. A letter is as firm as the firmest thing in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from reminderbot.compose.finding import Finding
from reminderbot.compose.rules import courtesy_of, plain
from reminderbot.compose.tone import of_rule
from reminderbot.compose.words import base

# Of five levels in all; two are one letter left out.
_MOST_AT_ONCE = 2


def firmness(words: str, language: str) -> int | None:
    """The level of a letter in its own `words`; None where nobody has written rules for its language yet."""
    rules = courtesy_of(base(language))
    seen = plain(" ".join(words.split()))
    return max((level for level, said in rules.firmness if said.search(seen)), default=0) if rules else None


def check_ladder(letters: Sequence[tuple[str, str]], language: str) -> list[Finding]:
    """What speaks against `letters`, each a name and its own words, as steps from the softest to the firmest."""
    levels = [(name, level) for name, words in letters if (level := firmness(words, language)) is not None]
    found = [finding for (one, low), (two, high) in pairwise(levels) for finding in _step(one, low, two, high)]
    if len(levels) > 1 and not found and levels[-1][1] == levels[0][1]:
        found.append(of_rule("level", f"{levels[0][0]} ({levels[0][1]}), {levels[-1][0]} ({levels[-1][1]})"))
    return found


def _step(one: str, low: int, two: str, high: int) -> Iterator[Finding]:
    if high < low:
        yield of_rule("softer", f"{one} ({low}), {two} ({high})")
    if high - low > _MOST_AT_ONCE:
        yield of_rule("jump", f"{one} ({low}), {two} ({high})")
