"""Finds where the sender's words end: closing, name, contact block, and a company's standing text.

Every pattern here costs linear time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import groupby

from reminderbot.replies.words import fold

_FOOTER = re.compile(
    r"(?i)^\W{0,4}(?:t[aá] an r[ií]omhphost|mae['’]?r (?:e-?bost|neges)"
    r"|confidential(?:ity)?\b|privileged\b|disclaimer|legal (?:notice|disclaimer)|(?:this|the "
    r"information in this) (?:e-?mail|message|communication)\b.{0,80}"
    r"(?:confidential|intended|privileged|virus|scanned|attachment|sender|checked|monitored)|(?:diese (?:e-?mail"
    r"|nachricht))\b.{0,60}(?:vertraulich|enth[aä]lt|bestimmt)"
    r"|ce (?:message|courriel|mail)\b.{0,80}(?:confidentiel|destin|pi[eè]ces jointes)|este (?:mensaje|correo"
    r"|e-?mail)\b.{0,90}(?:confidencial|dirig|adjunto|destin)"
    r"|aviso (?:legal|de confidencialidad)|esta mensagem\b.{0,90}(?:confidencia|destin)|(?:questa e-?mail|il "
    r"presente messaggio|questo messaggio)\b.{0,90}(?:riservat|confidenzial|destinat|contien)"
    r"|dit (?:e-?mail)?bericht\b.{0,90}(?:vertrouwelijk|bestemd)|deze e-?mail\b.{0,90}(?:vertrouwelijk|bestemd)"
    r"|beware of (?:e-?mail )?fraud|cyber ?fraud|(?:please )?(?:consider|think about) the environment|bitte "
    r"denken sie an die umwelt|virus-?free|scanned by|"
    r"if you (?:are|have) (?:not the intended|received this (?:e-?mail|message) in error)|registered (?:in"
    r"|office|address|company)|company (?:registration|number|no)\b|vat (?:no|number|reg)|e-?mails? (?:may|are) "
    r"(?:be )?monitored|"
    r"gesch[aä]ftsf[uü]hrer|handelsregister|amtsgericht .{0,40}\bhr|\[?cid:|unsubscribe\b.{3,}manage|caution: "
    r"(?:this|external)|external e-?mail)"
)
_CLOSING = re.compile(
    r"(?i)^\W{0,3}(?:(?:with )?(?:my |our )?(?:kind(?:est)?|best|warm(?:est)?|many|b(?:es)?t)?\s?(?:regards"
    r"|wishes|rgds)|regards|best|all the best|cheers|ta|sincerely(?: yours)?|yours(?: (?:sincerely|faithfully"
    r"|truly|in service))?"
    r"|very (?:truly|cordially)(?: yours)?|respectfully(?: yours)?|cordially|many thanks|thanks(?: (?:again|so "
    r"much|a lot|and (?:kind |best )?regards))?|thank(?:ing)? you(?: (?:very much|again|and regards))?|thx|take "
    r"care|love|xx?"
    r"|mit (?:freundlichen|besten|lieben|herzlichen) gr[uü](?:ß|ss)en|mfg|lg|vg|(?:viele|beste|liebe|freundliche"
    r"|herzliche|sch[oö]ne) gr[uü](?:ß|ss)e|gru(?:ß|ss)|hochachtungsvoll|danke|(?:bien |tr[eè]s )?cordialement"
    r"|bien [aà] (?:vous|toi)|(?:sinc[eè]res |meilleures )?salutations|merci"
    r"|(?:un )?(?:cordial )?saludos?(?: cordial(?:es)?)?|atentamente|atte|gracias|cordiali saluti|distinti "
    r"saluti|(?:cari )?saluti|grazie|met (?:vriendelijke|hartelijke) groet(?:en)?|mvg|groet(?:en|jes)?|bedankt"
    r"|atenciosamente|att|abra[cç]os?|abs|cumprimentos|obrigad[oa]|grat[oa])\W{0,4}$"
)
_DELIMITER = re.compile(r"^--\s?$|^—\s?$|^_{2,4}$")
# Words that by themselves close a letter, whatever stands around them in a short line.
_GREETINGS = """
regards rgds wishes sincerely faithfully cordially slan blessings salutations cordialement salutation bises bisous
grusse gruss gruessen gruesse grussen servus hochachtungsvoll saludos saludo atentamente afectuosamente cordialmente
abrazo abrazos beso besos atenciosamente cumprimentos abraco abracos saudacoes respeitosamente saluti
cordialita distintamente groet groeten groetjes hoogachtend hoogachting gr grtz grtjs
"""
_CLOSING_WORDS = frozenset(_GREETINGS.split())
# In a signature these stand between names.
_PARTICLES = "for of and the front desk und y e et en van von de da del la x xx xxx"
_SMALL = frozenset(_PARTICLES.split())
# What a company writes below every mail, wherever the words "dispute", "payment" or "legal" stand in it.
_STANDING = re.compile(
    r"(?:\S \| \S|\b[A-Z]{4,20} [A-Z&]{1,20}(?: [A-Z]{2,20})?:|STUDIO LEGALE|Studio Legale"
    r"|(?i:\b(?:confiden\w{2,12}|privileged|disclaimer|(?:this|dieser?|ce|cet|este|esta|questo"
    r"|questa|dit|deze) (?:e-?mail|message|communication|nachricht|courriel|mensaje|correo|mensagem|messaggio"
    r"|bericht)\b|before (?:you print|printing)|antes de imprimir|avant (?:d'|de l')imprim\w{1,4}"
    r"|prima di stampare|environment|environnement|umwelt|riservat\w{1,3}|vertraulich|vertrouwelijk|responsabiliza"
    r"|intended recipient|public record|ai sensi d\w{1,4}|gdpr|rgpd|dsgvo|unsubscribe|fraud (?:warning|alert))))"
)
# Weaker marks: an address on the web, a company's form. What the sender means may hold them too.
_COMPANY = re.compile(
    r"\bhttps?://|\bwww\.|\b(?:Ltd|Limited|LLP|LLC|Inc|plc|PLC|GmbH|mbB|mbH|SARL|SAS|Ltda|Lda|Pty|S\.A\."
    r"|B\.?V\.?|N\.?V\.?|S\.?r\.?l\.?|S\.?p\.?A\.?|S\.L\.)(?=\W|$)"
)
_LABEL = re.compile(r"^[^\W\d_][\w -]{1,25}: ")
_POSTSCRIPT = re.compile(r"(?i)^\W{0,2}p\.?\s?s\b")


def without_footers(lines: list[str]) -> list[str]:
    """Leave out paragraphs that are a company's standing text."""
    kept: list[str] = []
    skipping = False
    for line in lines:
        if not line.strip():
            skipping = False
        elif _FOOTER.match(line) and any(k.strip() for k in kept):
            skipping = True
        if not skipping:
            kept.append(line)
    return kept


def without_signature(lines: list[str], says_something: Callable[[str], bool], names: set[str]) -> list[str]:
    """Leave out the closing, the name and what stands below them; `names` are words of the sender's name."""
    for at, line in enumerate(lines):
        if not any(before.strip() for before in lines[:at]):
            continue
        below = lines[at + 1 :]
        if _DELIMITER.match(line) and not any(says_something(rest) for rest in below):
            return lines[:at]
        signs = _is_closing(line, says_something) or _is_signed(line, names)
        if signs and _all_signature(below, says_something):
            return lines[:at]
    end = len(lines)
    while end > 1 and (
        not lines[end - 1].strip() or (_is_name(lines[end - 1], says_something, names) and not _goes_on(lines, end - 1))
    ):
        end -= 1
    rest = lines[:end]
    return rest if any(line.strip() for line in rest) else lines


def _is_closing(line: str, says_something: Callable[[str], bool]) -> bool:
    """True for "Kind regards," and for "Met zonnige groet uit Gent": a word of greeting in a short line."""
    if _CLOSING.match(line):
        return True
    words = re.findall(r"[^\W\d_]+", fold(re.split(r"[.!]\s", line[:80])[0]))
    plain = len(line) < 60 and "?" not in line and not any(c.isdigit() for c in line)
    return plain and len(words) <= 7 and not _CLOSING_WORDS.isdisjoint(words) and not says_something(line)


def _is_signed(line: str, names: set[str]) -> bool:
    """True for the sender's own name on a line of its own: "Patrice Oduya", "xx Ximena"."""
    words = [word for word in re.findall(r"[^\W\d_]+", line.lower()) if word not in _SMALL and len(word) > 1]
    return 0 < len(words) <= 4 and len(line) < 50 and set(words) <= names


def _all_signature(lines: Sequence[str], says_something: Callable[[str], bool]) -> bool:
    """True where below a closing or a name nothing stands but contact lines and standing text."""
    paragraphs = [list(block) for blank, block in groupby(lines, lambda line: not line.strip()) if not blank]
    left = [line.strip() for block in paragraphs if not _is_standing(block, says_something) for line in block]
    return (
        len(left) <= 12
        and not any(_POSTSCRIPT.match(line) or says_something(line) for line in left)
        and all(_is_contact(line) for line in left)
    )


def _is_contact(line: str) -> bool:
    words = line.split()
    return len(line) <= 100 and (len(words) <= 9 or any(c.isdigit() for c in line) or bool(_LABEL.match(line)))


def _is_standing(paragraph: Sequence[str], says_something: Callable[[str], bool]) -> bool:
    """True for a paragraph below the signature with the marks of a company's text: bars, capitals, "Ltd", a notice."""
    text = " ".join(line.strip() for line in paragraph)[:2000]
    if _POSTSCRIPT.match(text):
        return False
    return bool(_FOOTER.match(text) or _STANDING.search(text) or (_COMPANY.search(text) and not says_something(text)))


def _goes_on(lines: Sequence[str], at: int) -> bool:
    """True for a line that a mail program broke off the one above: "You've got / the wrong R. Delgado."."""
    above = lines[at - 1].rstrip()
    return bool(above) and lines[at].lstrip()[:1].islower() and above[-1] not in ".!?,:;"


def _is_name(line: str, says_something: Callable[[str], bool], names: set[str]) -> bool:
    """True for "Dan", "A.C.", "Ames & Daughter Funeral Home", "Marcy (front desk) for Dr. Raman"."""
    words = re.findall(r"[^\W_]+", line)
    if not words or len(words) > 8 or len(line) > 80 or line.rstrip().endswith(("?", "!")):
        return False
    named = any(word.lower() in names for word in words) and len(words) <= 6
    titled = all(word[0].isupper() or word.lower() in _SMALL for word in words) and not any(c.isdigit() for c in line)
    return (named or titled) and not says_something(line)
