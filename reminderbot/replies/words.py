"""Cuts a text into sentences and words, folded so that case, accents and typographic quotes no longer matter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

MAX_SENTENCES = 120
MAX_WORDS = 120

_QUOTES = str.maketrans(
    dict.fromkeys("’‘´`ʼ", "'") | dict.fromkeys("“”„«»", '"')
    | {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "ı": "i", "đ": "d"}
)  # fmt: skip
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe0e\ufe0f\ufeff]")
_TOKEN = re.compile(
    r"(?<![^\s@<>()\[\]\",;])[^\s@<>()\[\]\",;]{1,64}@[^\s@<>()\[\]\",;]{1,253}\.[A-Za-z]{2,24}"
    r"|https?://[^\s<>]{1,500}|www\.[^\s<>]{1,500}"
    r"|(?:r\$|a\$|us\$|c\$|nz\$|j\$|tt\$|[$€£¥₹₦₱])"
    r"|\b(?:rs|ksh|kes|php|inr|ngn|ghs|zar|usd|jmd|[rnp])(?=\d[\d.,]*\d\b(?![-/]))"
    r"|\b(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)(?=\d{1,2}(?:st|nd|rd|th)?\b)"
    r"|\b2(?:m[a-z]{2,6}|day|nite|night|nyt)\b"
    r"|\d+(?:[.,/:'-]\d+)*(?:(?:st|nd|rd|th|er|ere|eme|ro|ra|do|da|to|ta|[oae])\b|\.(?=\s{0,3}[a-zA-Zà-ÿ]))?"
    r"|[pcsd]/(?=[\s\w])|\bw/(?:o\b|(?=\s))|\ba/c\b"
    r"|[^\W\d_]+(?:'[^\W\d_]+)*\d*"
    r"|[?,;:()–—…/]|(?<=\s)-+(?=\s)",
    re.IGNORECASE,
)
# "Rs 500/-", "5000/=": nothing more is owed.
_BEHIND_SUMS = re.compile(r"(?<=\d)/[-=]+(?!\d)")
# "Friday @ 5"
_AT_AN_HOUR = re.compile(r"(?<!\S)@\s?(?=\d)")
# "R300", "N5000", "P850": what people write right before a sum.
_GLUED = {"r": "zar", "n": "ngn", "p": "php"}
_SEPARATORS = frozenset(",;:()–—…/")
# A full stop after these ends no sentence.
_SHORTENED = """
a.s a/c acc acct adm approx aprox arch arq art att atte avv bv bzw c.m ca cie co cta ctas d.h dept depto dhr dna
dott dpto dr dra e.g egr eng esq etc ets evtl exma exmo exmos fa fr fra frl gent geom ggf hr hrn i.e ilmo inc ing
inge inkl inv ivm jr lic ltd max messrs mevr min mlle mme mmes mr mrs ms mw n nachr no nr num nv nº o.g p.s p.v pct
prof rag ref resp rs s sett sig sig.ra sigg snr spett sr sra sres srta st str tel tfno tlf tnx u.a u.s usw vol vs
z.b zzgl
"""
_ABBREVIATIONS = frozenset(_SHORTENED.split())
_MONTHS = """
jan feb mar mär mrt maa apr abr avr may mai mei mag jun jui giu jul lug aug ago aoû sep set oct okt out ott nov dec
dez dic déc ene gen fév fev
"""
_MONTH_STARTS = tuple(_MONTHS.split())


def fold(text: str) -> str:
    """Lower case, without accents and invisible characters, with plain quotes."""
    text = _INVISIBLE.sub("", text).translate(_QUOTES).lower().translate(_QUOTES)
    if text.isascii():
        return text
    # Once before, too: putting a long row of accents into its canonical order takes time with its square.
    return _bare(unicodedata.normalize("NFKD", _bare(text))).translate(_QUOTES)


def _bare(text: str) -> str:
    return "".join(c for c in text if not unicodedata.combining(c))


def tokens(sentence: str, spellings: Mapping[str, str]) -> list[str]:
    """The folded words of a sentence; separators become ",", short forms become what they stand for."""
    found: list[str] = []
    for match in _TOKEN.finditer(_AT_AN_HOUR.sub(" at ", _BEHIND_SUMS.sub(" ", fold(sentence)))):
        word = _GLUED.get(match[0], match[0]) if match.string[match.end() : match.end() + 1].isdigit() else match[0]
        if word in _SEPARATORS or word.startswith("-"):
            found.append(",")
            continue
        found.extend(_spelt(word, spellings))
        if len(found) >= MAX_WORDS:
            break
    return found


def _spelt(word: str, spellings: Mapping[str, str]) -> list[str]:
    if word in spellings:
        return spellings[word].split()
    if "'" not in word:
        return [word]
    for ending, full in _CONTRACTIONS:
        if word.endswith(ending) and len(word) > len(ending):
            return [word[: -len(ending)], *full.split()]
    # French and Italian elision: "l'ho", "j'ai", "d'ici".
    head, _, tail = word.partition("'")
    return [head + "'", *_spelt(tail, spellings)] if tail and len(head) <= 6 else [word.replace("'", "")]


_CONTRACTIONS = (
    ("n't", "not"),
    ("'ll", "will"),
    ("'ve", "have"),
    ("'re", "are"),
    ("'m", "am"),
    ("'d", "would"),
    ("'s", "is"),
)


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text, bullet points and short lines being sentences of their own; at most `MAX_SENTENCES`."""
    count = 0
    for paragraph in _joined_lines(text):
        for sentence in _split(paragraph):
            if any(c.isalnum() or ord(c) > 0x2190 or c == "?" for c in sentence):
                yield sentence
                count += 1
                if count >= MAX_SENTENCES:
                    return


def _joined_lines(text: str) -> Iterator[str]:
    """Lines put together where a mail program wrapped them: the next word would not have fitted."""
    current = ""
    last = 0
    for raw in text.split("\n"):
        line = raw.strip()
        first = line.split(" ", 1)[0]
        if current and line and last + len(first) + 1 > 62 and not line.startswith(("-", "*", "•")):
            current = f"{current} {line}"
        else:
            if current:
                yield current
            current = line
        last = len(line)
    if current:
        yield current


def _split(paragraph: str) -> Iterator[str]:
    start = 0
    for match in re.finditer(r"[.!?]+[\"')\]]?(?=\s|$)|[!?]+|\.(?=[A-Z][a-z])|[\u3002\uff01\uff1f]", paragraph):
        if not _ends_sentence(paragraph, match.start(), match.end()):
            continue
        yield paragraph[start : match.end()].strip()
        start = match.end()
    yield paragraph[start:].strip()


def _ends_sentence(text: str, at: int, end: int) -> bool:
    if text[at] != ".":
        return True
    word = re.split(r"[\s(]", text[max(0, at - 12) : at])[-1].lower()
    after = text[end : end + 6].strip().lower()
    if (
        word.isdigit()
        and len(word) <= 2
        and (after.startswith(_MONTH_STARTS) or (after[:1].isalpha() and text[end : end + 6].strip()[:1].islower()))
    ):
        return False
    if re.fullmatch(r"\d{1,2}\.\d{1,2}", word):
        return not text[end : end + 6].strip()[:1].islower()
    return not (word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha() and bool(after)))
