"""Decides whether every word of a sentence is explained; what is not is the reason to call a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from reminderbot.replies.hits import Hit, Reader
from reminderbot.replies.tables import DENYING, HINT, PLACEHOLDERS
from reminderbot.replies.words import fold

# More unknown words than this beside what was understood, and a person reads the clause: an excuse may tell a story
# ("it slid under a pile on the truck seat") and praise name what it likes ("the organ sounded glorious at Evensong"),
# an apology may not ("sorry about the hole in the sofa").
MAX_UNKNOWN = {"excuse": 4, "praise": 4, "harmless": 1}
MAX_UNKNOWN_ELSE = 2
# Small talk in words no table has, in a clause that neither speaks of us nor complains.
MAX_UNKNOWN_ALONE = 2
MAX_UNKNOWN_STORY = 4
_TELLING = frozenset({"excuse", "praise", "harmless", "harmless_word", "ack", "idiom", "promise"})
# A stroke through the letters (combining overlays, and what `markup` makes of <s>), mockery, anger.
_TURNED_ROUND = re.compile("[\u0335-\u0338🙄🖕🤡💩😒😤🤬😡😠👎🤥🙃]")


def is_explained(words: Sequence[str], hits: Sequence[Hit], text: str, reader: Reader, story: bool = False) -> bool:
    """True where nothing in the sentence is left that could mean something; never where a sign turns it round.

    `reader` knows the names in the sentence.
    """

    def is_explained_one(start: int, end: int) -> bool:
        return _is_clause_explained(words, start, end, hits, reader) or (
            story and _is_story(words, start, end, hits, reader)
        )

    def is_name(start: int, end: int) -> bool:
        """True for "Thanks Anna" and "Dan" at the beginning or the end: one word more, written large, and no noun."""
        unknown = [word for word in words[start:end] if not _is_plain(word, reader)]
        loaded = any(map(reader.loads, unknown))
        large = len(unknown) == 1 and re.search(rf"(?<!\w){re.escape(unknown[0].capitalize())}(?!\w)", text)
        return end - start <= 3 and bool(large) and not loaded and reader.language != "de"

    if _TURNED_ROUND.search(text):
        return False
    clauses = list(clauses_of(words))
    return all(is_explained_one(a, b) or ((a, b) in (clauses[0], clauses[-1]) and is_name(a, b)) for a, b in clauses)


def proper_names(text: str, reader: Reader) -> frozenset[str]:
    """Words written large in the middle of a sentence: people, places, firms; in German every noun is."""
    if reader.language == "de" or sum(c.isupper() for c in text) * 4 > len(text):
        return frozenset()
    return frozenset(fold(match[1]) for match in re.finditer(r"(?<=[\w,] )([A-ZÀ-Ý][a-zà-ÿ]{2,20})(?![\w'’])", text))


def clauses_of(words: Sequence[str]) -> Iterable[tuple[int, int]]:
    start = 0
    for at, word in enumerate(words):
        if word == ",":
            yield start, at
            start = at + 1
    yield start, len(words)


def _is_clause_explained(words: Sequence[str], start: int, end: int, hits: Sequence[Hit], reader: Reader) -> bool:
    """True where what is known of the clause leaves nothing that could matter."""
    # A hint explains nothing.
    within = [hit for hit in hits if hit.start < end and hit.end > start and not hit.group.startswith(HINT)]
    known = {at for hit in within for at in hit.explains}
    rest = [words[at] for at in range(start, end) if at not in known and not _is_plain(words[at], reader)]
    if not rest:
        return True
    if not within:
        risky = any(reader.concerns(word) or reader.loads(word) for word in words[start:end])
        return len(rest) <= MAX_UNKNOWN_ALONE and not risky
    allowed = max(MAX_UNKNOWN.get(hit.group, MAX_UNKNOWN_ELSE) for hit in within)
    return len(rest) <= allowed and not any(map(reader.loads, rest))


def _is_story(words: Sequence[str], start: int, end: int, hits: Sequence[Hit], reader: Reader) -> bool:
    """True where customers tell of themselves alone, be it what they did not do: "we had no internet on the farm"."""
    within = [hit for hit in hits if hit.start < end and hit.end > start]
    clause = words[start:end]
    if any(hit.group not in _TELLING for hit in within) or any(map(reader.concerns, clause)):
        return False
    if not any(map(reader.speaks_of_self, clause)):
        return False
    known = {at for hit in within for at in hit.explains}
    rest = [words[at] for at in range(start, end) if at not in known and not _is_plain(words[at], reader)]
    return len(rest) <= MAX_UNKNOWN_STORY and not any(reader.loads(word) and word not in DENYING for word in rest)


def _is_plain(word: str, reader: Reader) -> bool:
    if word in PLACEHOLDERS:
        return word != "PHONE"
    if word in reader.names:
        return not reader.loads(word)
    return any(word in table.fillers or word in table.everyday for table in reader.tables)
