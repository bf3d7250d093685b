"""Reads what only text messages say: carrier keywords in every spelling, reactions, and lone signs."""

from __future__ import annotations

import re

from reminderbot.core.understanding import Kind
from reminderbot.replies.words import fold

# 47 CFR 64.1200(a)(10) and the carriers' own words; below, the same word in other languages.
_STOP_WORDS = frozenset(
    [
        "stop",
        "stopall",
        "unsubscribe",
        "cancel",
        "end",
        "quit",
        "revoke",
        "optout",
        "unsub",
        "stopp",
        "stoppen",
        "baja",
        "alto",
        "parar",
        "arret",
        "desinscription",
        "desabonner",
        "abmelden",
        "abbestellen",
        "austragen",
        "sair",
        "basta",
        "cancella",
        "disiscrivi",
        "afmelden",
        "uitschrijven",
        "stopzetten",
        "avsluta",
        "sluta",
        "avmeld",
        "lopeta",
        "rezygnuje",
        "стоп",
        "dur",
        "iptal",
        "停止",
        "退订",
    ]
)
# Slips of the thumb, as carriers' own lists do not have them.
_MISSPELT = frozenset(
    [
        "sotp",
        "stip",
        "stap",
        "syop",
        "dtop",
        "srop",
        "sto",
        "stpp",
        "stopl",
        "stopm",
        "stol",
        "stpo",
        "stp",
        "stopo",
        "stoop",
        "sstop",
        "stopit",
        "stahp",
        "unsubscibe",
        "unsubcribe",
        "unsuscribe",
        "unsubscrib",
        "unsubscribed",
        "stops",
        "stop1",
        "s.t.o.p",
    ]
)
_STOPS = _STOP_WORDS | _MISSPELT
_DRAWN_OUT = re.compile(r"([a-z])\1+")
_POLITE = frozenset(
    [
        "please",
        "pls",
        "plz",
        "now",
        "it",
        "all",
        "this",
        "thanks",
        "thx",
        "thank",
        "you",
        "me",
        "texts",
        "text",
        "messages",
        "ok",
        "the",
        "sms",
        "por",
        "favor",
        "bitte",
        "merci",
        "svp",
        "aub",
        "alstublieft",
        "danke",
        "grazie",
        "gracias",
        "obrigado",
    ]
)
_COURTESY = frozenset({"please", "pls", "plz", "now", "thanks", "thank", "you", "thx", "kindly", "ok"})
# "wrong number stop", "who is this? stop"; not "I'll stop by on Friday", "stop worrying", "the bus stop".
_STOP_ANYWHERE = re.compile(
    r"(?<!bus )(?<!can't )(?<!cant )(?<!cannot )(?<!won't )(?<!non )"
    r"\b(?:stop|stopall|unsubscribe|unsub|opt(?: me)?[ -]out)\b"
    r"(?=\s{0,3}(?:$|[.!?,;:]|(?:it|now|please|pls|plz|all|this|these|sms|texts?|texting|messages?|messaging)\b))"
)
# "STOP I already paid": in capitals, as the carriers ask for it.
_STOP_IN_CAPITALS = re.compile(r"\b(?:STOP|STOPALL|UNSUBSCRIBE|OPTOUT)\b")
# "cancel texts", "no texts please", "I revoke my consent", a stop sign.
_NO_TEXTS = re.compile(
    r"\b(?:cancel|end|cease|quit|no|no more) (?:(?:all|any|these|the|your|further) )?(?:texts?|texting|messages|sms)\b"
    r"|\btext me no more\b|\b(?:revoke|withdraw) (?:(?:my|our|all|any) )?consent\b|[\U0001f6d1\u26d4\U0001f6ab]"
)
_HELP = frozenset({"help", "info", "ayuda", "aide", "hilfe", "ajuda", "aiuto"})
_YES = frozenset({"yes", "y", "yep", "start", "unstop", "si", "oui", "ja", "sim"})
# iOS and Android put these into words when the other side cannot show them.
_REACTION = re.compile(
    r"(?i)^\s{0,3}(liked|loved|laughed at|emphasi[sz]ed|questioned|disliked|removed an? \w{1,12} from|reacted "
    r"(?:\S{1,8} )?to|ha reaccionado|a aimé|hat mit)\s{1,3}.{0,20}[“\"„«‘'].*"
)
_THUMBS = re.compile(
    "^[\\s\U0001f44d\U0001f44c\U0001f64f\u2705\U0001f642\U0001f60a\U0001f91d\U0001f3fb-\U0001f3ff\u2764\ufe0f\U0001f600-\U0001f604\u2714\u200d]+$"
)


def keyword(text: str) -> Kind | None:
    """What a message that is nothing but a keyword says: opt-out, question (HELP) or acknowledgement (YES)."""
    words = re.findall(r"[^\W_]+", fold(text))
    if not words or len(words) > 5:
        return None
    joined = "".join(words)
    # "stopppp", "STOOOOP"
    if {joined, _DRAWN_OUT.sub(r"\1", joined)} & _STOPS:
        return Kind.OPT_OUT
    if (
        words[0] in _STOPS
        and words[0] not in ("end", "cancel", "quit")
        and all(w in _POLITE | _STOP_WORDS for w in words[1:])
    ):
        return Kind.OPT_OUT
    if words[-1] in _STOP_WORDS and words[-1] not in ("end",) and all(w in _POLITE for w in words[:-1]):
        return Kind.OPT_OUT
    if len(words) == 1:
        return Kind.QUESTION if joined in _HELP else Kind.ACK if joined in _YES else None
    return None


def asks_to_stop(text: str) -> bool:
    """Whether a text message asks for no more of them, wherever it does so and whatever else it says (invariant 16)."""
    folded = fold(text)
    words = [word for word in re.findall(r"[^\W_]+", folded) if word not in _COURTESY]
    # "Cancel please", "End now thanks".
    alone = len(words) == 1 and words[0] in _STOP_WORDS
    shouted = not text.isupper() and _STOP_IN_CAPITALS.search(text)
    told = shouted or _STOP_ANYWHERE.search(folded) or _NO_TEXTS.search(folded)
    return alone or told is not None


def reaction(text: str) -> Kind | None:
    """What a tapped reaction to our message says; None where it is none."""
    match = _REACTION.match(text[:300])
    if match:
        verb = match[1].lower()
        return (
            Kind.ACK if verb in ("liked", "loved") or (verb.startswith("reacted") and "👎" not in verb) else Kind.OTHER
        )
    return Kind.ACK if is_thumbs(text) else None


def is_thumbs(text: str) -> bool:
    """True for a message of nothing but thumbs up, thanks and smiles."""
    return bool(text.strip()) and bool(_THUMBS.match(text))
