"""Separates a customer's own words from quotations, signature and footer; every pattern here costs linear time."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from reminderbot.replies.signature import without_footers, without_signature

MAX_LINES = 2_000
MAX_LINE = 1_000

# "On Tue, 27 May 2025 at 12:30, Pixel & Fern <a@b.example> wrote:", in the languages of the mail programs.
_ATTRIBUTION_START = re.compile(
    r"(?i)^[\s\W]{0,4}(on|am|le|el|em|[àa]s \d|il|op|den|dne|dnia|w dniu|il giorno|\d{1,4}[-./]|(mon|tue|wed|thu|fri"
    r"|sat|sun)\w{0,6},)"
)
# Gmail on a phone: "Ana <a@b.example> escreveu (sáb., 8 de ago. de 2026 à(s) 19:28):"
_ON = (
    r"\b(?:wrote (?:on|\()|schrieb (?:am|\()|escribi[oó] (?:el|\()|a [eé]crit (?:le|\()|escreveu (?:em|no dia|\()"
    r"|ha scritto (?:il|\()|schreef (?:op|\())\b"
)
_ATTRIBUTION_END = re.compile(
    r"(?i)(?:wrote|writes|escribi[oó]|[aà] [eé]crit|schrieb|escreveu|ha scritto|scrisse|schreef|geschreven|skrev"
    r"|napisa[lł](?:\(a\))?"
    r"|kirjoitti|написал(?:\(а\))?|yazd[iı]|va escriure|sent)\b[^:\n]{0,120}:\s{0,3}$"
    # As Roundcube ends it, the name first and the time last.
    rf"|{_ON}[^:\n]{{0,60}}\d"
    r"[\d:]{0,8}\)?\s{0,3}:\s{0,3}$"
    # Old Gmail: "2014-10-17 11:28 GMT+03:00 Postmaster <postmaster@mail.example>:"
    r"|\d[^\n\d]{0,80}<\s?[^\s<>]{1,80}@[^\s<>]{1,80}>\s{0,3}:?\s{0,3}$"
)
_WROTE_ON = re.compile(rf"(?i){_ON}.{{0,60}}\d:\d\d")
_ORIGINAL = re.compile(
    r"(?i)^\W{0,10}(?:original (?:message|email|appointment)|forwarded (?:message|by)|begin forwarded message"
    r"|urspr[uü]ngliche nachricht"
    r"|weitergeleitete nachricht|message (?:d['’]origine|original|transf[eé]r[eé])|mensaje (?:original"
    r"|reenviado)|mensagem (?:original|encaminhada)"
    r"|messaggio (?:originale|inoltrato)|oorspronkelijk bericht|doorgestuurd bericht|oprindelig meddelelse"
    r"|opprinnelig melding|ursprungligt meddelande|oryginalna wiadomość|исходное сообщение)\b\W{0,10}$"
    r"|^\W{0,3}-{3,20}[^\n]{1,80}\b(?:wrote|schrieb|écrit|escribió|escreveu|scritto|schreef)\s{0,3}-{3,}\s{0,3}$"
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
    r"|get outlook for\b|von meine[mr].{0,40}gesendet|diese nachricht wurde von meinem|t[eé]l[eé]charger outlook"
    r"|obtener outlook|(?:\w{3,12} )?outlook (?:f[uü]r|voor|per|pour|para) (?:ios|android)).{0,120}$"
)


def own_words(text: str, says_something: Callable[[str], bool] = lambda _: False, names: Collection[str] = ()) -> str:
    """What the sender wrote: without quotations, signature and footers.

    `says_something` keeps lines out of the signature that mean something; `names` are words of the sender's name.
    """
    lines = [line[:MAX_LINE].rstrip() for line in text.replace("\r\n", "\n").split("\n", MAX_LINES)[:MAX_LINES]]
    kept = without_footers(_without_quotations(_without_help_desk(lines)))
    return "\n".join(without_signature(kept, says_something, {name.lower() for name in names})).strip()


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
    if not (_ATTRIBUTION_START.match(lines[at]) or "@" in lines[at] or _WROTE_ON.search(lines[at])):
        return 0
    joined = ""
    for length, line in enumerate(lines[at : at + 4], 1):
        joined = f"{joined} {line.strip()}"
        if _ATTRIBUTION_END.search(joined[-200:]):
            # "On Monday, Corner Shop wrote:" names neither an hour nor an address; the marks below it tell.
            return length if any(c.isdigit() or c == "@" for c in joined) or _quoted_next(lines, at + length) else 0
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
