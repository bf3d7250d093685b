"""Separates a customer's own words from quotations, signature and footer; every pattern here costs linear time."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

MAX_LINES = 2_000
MAX_LINE = 1_000

# "On Tue, 27 May 2025 at 12:30, Pixel & Fern <a@b.example> wrote:", in the languages of the mail programs.
_ATTRIBUTION_START = re.compile(
    r"(?i)^[\s\W]{0,4}(on|am|le|el|em|il|op|den|dne|dnia|w dniu|il giorno|\d{1,4}[-./]|(mon|tue|wed|thu|fri|sat"
    r"|sun)\w{0,6},)"
)
_ATTRIBUTION_END = re.compile(
    r"(?i)(?:wrote|writes|escribi[oó]|[aà] [eé]crit|schrieb|escreveu|ha scritto|scrisse|schreef|geschreven|skrev"
    r"|napisa[lł](?:\(a\))?"
    r"|kirjoitti|написал(?:\(а\))?|yazd[iı]|va escriure|sent)\b[^:\n]{0,120}:\s{0,3}$"
    # Old Gmail: "2014-10-17 11:28 GMT+03:00 Postmaster <postmaster@mail.example>:"
    r"|\d[^\n]{0,150}<\s?[^\s<>]{1,80}@[^\s<>]{1,80}>\s{0,3}:?\s{0,3}$"
)
_ORIGINAL = re.compile(
    r"(?i)^\W{0,10}(?:original (?:message|email|appointment)|forwarded (?:message|by)|begin forwarded message"
    r"|urspr[uü]ngliche nachricht"
    r"|weitergeleitete nachricht|message (?:d['’]origine|original|transf[eé]r[eé])|mensaje (?:original"
    r"|reenviado)|mensagem (?:original|encaminhada)"
    r"|messaggio (?:originale|inoltrato)|oorspronkelijk bericht|doorgestuurd bericht|oprindelig meddelelse"
    r"|opprinnelig melding|ursprungligt meddelande|oryginalna wiadomość|исходное сообщение)\b\W{0,10}$"
    r"|^\W{0,3}-{3,}[^\n]{1,80}\b(?:wrote|schrieb|écrit|escribió|escreveu|scritto|schreef)\s{0,3}-{3,}\s{0,3}$"
)
_REPLY_ABOVE = re.compile(r"(?i)^\W{0,10}(?:please )?(?:type|write|reply)\b.{0,40}\babove this line")
# Zendesk puts the agent's name and this line before the words: "Feb 16, 2027, 11:19 CST".
_STAMP = re.compile(r"^\w{3,9}\.? \d{1,2}, \d{4},? (?:at )?\d{1,2}:\d{2}.{0,20}$")
_FROM = re.compile(r"(?i)^[\s*>]{0,4}(?:from|von|de|da|van|fra|från|od|expéditeur|remitente)\s?\*?:\s?\*?\s?\S")
_OTHER_HEADER = re.compile(
    r"(?i)^[\s*>]{0,4}(sent|date|to|subject|cc|gesendet|datum|an|betreff|enviado(?: el| em)?|fecha|para|asunto"
    r"|assunto|data|envoyé|à|objet"
    r"|inviato|a|oggetto|verzonden|aan|onderwerp|sendt|til|emne|skickat|till|ämne|wysłano|do|temat)\s?\*?:"
)
_DATE_HEADERS = frozenset(
    {
        "date",
        "sent",
        "datum",
        "gesendet",
        "fecha",
        "enviado",
        "data",
        "envoyé",
        "inviato",
        "verzonden",
        "sendt",
        "skickat",
    }
)
# Some phones put the attribution behind the last words: "reply On Wed, Apr 4, 2012 at 3:59 PM, bob@example.com wrote:".
_INLINE = re.compile(r"(?i)^(.{1,300}?)[\s-]{1,5}on (?:mon|tue|wed|thu|fri|sat|sun)\w{0,6},[^\n]{5,150} wrote:\s{0,3}$")
_RULE = re.compile(r"^\s{0,4}[_=*-]{5,}\s{0,4}$")
_MOBILE = re.compile(
    r"(?i)^\W{0,4}(?:(?:sent|envoy[eé]|gesendet|enviado|inviato|verzonden|verstuurd|sendt)\b.{0,60}"
    r"\b(?:iphone|ipad|android|galaxy|samsung|blackberry|mobile|handy|outlook|yahoo|phone|proton\w{0,5}|huawei"
    r"|xiaomi|device|ger[aä]t|m[oó]vil|celular|smartphone|gmail|mail|cellulare|telefoon|t[eé]l[eé]phone"
    r"|mobiltelefon)\b"
    r"|get outlook for\b|von meinem .{0,40}gesendet|diese nachricht wurde von meinem|t[eé]l[eé]charger outlook"
    r"|obtener outlook|outlook f[uü]r).{0,120}$"
)
_FOOTER = re.compile(
    r"(?i)^\W{0,4}(?:confidential(?:ity)?\b|privileged\b|disclaimer|legal (?:notice|disclaimer)|(?:this|the "
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
_POSTSCRIPT = re.compile(r"(?i)^\W{0,2}p\.?\s?s\b")


def own_words(text: str, says_something: Callable[[str], bool] = lambda _: False, names: Collection[str] = ()) -> str:
    """What the sender wrote: without quotations, signature and footers.

    `says_something` keeps lines out of the signature that mean something; `names` are words of the sender's name.
    """
    lines = [line[:MAX_LINE].rstrip() for line in text.replace("\r\n", "\n").split("\n", MAX_LINES)[:MAX_LINES]]
    kept = _without_footers(_without_quotations(_without_help_desk(lines)))
    return "\n".join(_without_signature(kept, says_something, {name.lower() for name in names})).strip()


def _without_help_desk(lines: list[str]) -> list[str]:
    """Leave out what a help desk writes above its agent's answer."""
    if any(_REPLY_ABOVE.match(line) for line in lines[:5]):
        stamp = next((at for at, line in enumerate(lines[:15]) if _STAMP.match(line.strip())), -1)
        return lines[stamp + 1 :]
    return lines


def _without_quotations(lines: list[str]) -> list[str]:
    kept: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.lstrip().startswith(">"):
            at += 1
        elif _ORIGINAL.match(line) or _starts_header_block(lines, at):
            break
        elif inline := _INLINE.match(line):
            kept.append(inline[1])
            break
        elif length := _attribution(lines, at):
            if not _quoted_next(lines, at + length):
                break
            at += length
        else:
            if not _MOBILE.match(line) and not _REPLY_ABOVE.match(line):
                kept.append(line)
            at += 1
    while kept and (not kept[-1].strip() or _RULE.match(kept[-1])):
        kept.pop()
    return kept


def _attribution(lines: list[str], at: int) -> int:
    """How many lines the attribution that starts here has; 0: there is none."""
    if not _ATTRIBUTION_START.match(lines[at]) and "@" not in lines[at]:
        return 0
    joined = ""
    for length, line in enumerate(lines[at : at + 4], 1):
        joined = f"{joined} {line.strip()}"
        if _ATTRIBUTION_END.search(joined[-200:]):
            return length if any(c.isdigit() or c == "@" for c in joined) else 0
        if not line.strip():
            return 0
    return 0


def _quoted_next(lines: list[str], at: int) -> bool:
    """True where ">" marks what follows the attribution, so that unmarked lines after it are the sender's."""
    return next((line.lstrip().startswith(">") for line in lines[at:] if line.strip()), False)


def _starts_header_block(lines: list[str], at: int) -> bool:
    """True where an answered mail's "From: Sent: To: Subject:" begins (Outlook marks it by nothing else)."""
    found = {match[1].lower() for line in lines[at + 1 : at + 9] if (match := _OTHER_HEADER.match(line))}
    if (first := _OTHER_HEADER.match(lines[at])) and first[1].lower() in _DATE_HEADERS:
        # "Date: ..., To: ..., From: ...", as old Macs and ticket systems begin.
        return bool(found) and any("@" in line for line in lines[at + 1 : at + 4])
    if not _FROM.match(lines[at]):
        return False
    # A date right below needs no third witness; nobody begins two lines of his own so.
    return len(found) >= 2 or bool(found & {"date", "sent", "datum", "gesendet"} and "@" in lines[at])


def _without_footers(lines: list[str]) -> list[str]:
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


def _without_signature(lines: list[str], says_something: Callable[[str], bool], names: set[str]) -> list[str]:
    for at, line in enumerate(lines):
        before = any(k.strip() for k in lines[:at])
        if _DELIMITER.match(line) and before and not any(says_something(rest) for rest in lines[at + 1 :]):
            return lines[:at]
        if _CLOSING.match(line) and before and _all_signature(lines[at + 1 :], says_something):
            return lines[:at]
    end = len(lines)
    while end > 1 and (not lines[end - 1].strip() or _is_name(lines[end - 1], says_something, names)):
        end -= 1
    rest = lines[:end]
    return rest if any(line.strip() for line in rest) else lines


def _all_signature(lines: list[str], says_something: Callable[[str], bool]) -> bool:
    written = [line.strip() for line in lines if line.strip()]
    return (
        len(written) <= 12
        and not any(_POSTSCRIPT.match(line) or says_something(line) for line in written)
        and all(len(line) <= 100 and (len(line.split()) <= 9 or any(c.isdigit() for c in line)) for line in written)
    )


def _is_name(line: str, says_something: Callable[[str], bool], names: set[str]) -> bool:
    """True for "Dan", "A.C.", "Ames & Daughter Funeral Home", "Marcy (front desk) for Dr. Raman"."""
    words = re.findall(r"[^\W_]+", line)
    if not words or len(words) > 8 or len(line) > 80 or line.rstrip().endswith(("?", "!")):
        return False
    small = {
        "for",
        "of",
        "and",
        "the",
        "front",
        "desk",
        "und",
        "y",
        "e",
        "et",
        "en",
        "van",
        "von",
        "de",
        "da",
        "del",
        "la",
        "x",
        "xx",
    }
    named = any(word.lower() in names for word in words) and len(words) <= 6
    titled = all(word[0].isupper() or word.lower() in small for word in words) and not any(c.isdigit() for c in line)
    return (named or titled) and not says_something(line)
