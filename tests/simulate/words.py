"""What customers write, with what they mean by it: sentences of our own, and those of the corpus.

The reader under test was taught by the corpus, so that its sentences show how the program acts on what it understands;
ours are plain ones that any person would understand.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from random import Random

from tests.oracle.evidence import Meaning

CORPUS = Path(__file__).parents[1] / "replies" / "corpus"
M = Meaning


@dataclass(frozen=True, slots=True)
class Said:
    """Words, and what they mean."""

    text: str
    means: frozenset[Meaning]
    day: date | None = None
    # Of the corpus: the whole mail, with a header of its own.
    raw: bytes = b""


_WORDS: dict[str, dict[Meaning, tuple[str, ...]]] = {
    "en": {
        M.PROMISE: (
            "We will pay on {day}.",
            "Payment will be made on {day}.",
            "I'll pay it on {day}.",
            "We will transfer the money on {day}.",
            "You will have the money by {day}.",
        ),
        M.PAID: (
            "{number} was paid last week, please check your account.",
            "We have already paid {number}.",
            "I paid this invoice two days ago.",
            "Please check your records: {number} has been paid.",
        ),
        M.DISPUTE: (
            "We dispute {number}: the goods never arrived.",
            "The amount of {number} is wrong, we were quoted less.",
            "Half of the delivery was broken.",
            "We cancelled this order in spring and will not pay {number}.",
        ),
        M.HARDSHIP: (
            "We cannot pay at the moment, business is very bad.",
            "I lost my job and cannot pay this now.",
            "We have no money to pay this month, sorry.",
        ),
        M.LEGAL: (
            "The company is insolvent and an administrator has been appointed.",
            "Please write to our lawyer.",
            "We have filed for bankruptcy.",
        ),
        M.SENSITIVE: ("My husband died last week.", "I am in hospital after an accident."),
        M.WRONG_CONTACT: (
            "I no longer work there, please contact someone else.",
            "You have the wrong person.",
            "Please send this to accounting instead.",
        ),
        M.QUESTION: (
            "Could you send me a copy of the invoice?",
            "Which account should we pay into?",
            "What is {number} for?",
            "Can we pay in three parts?",
        ),
        M.OPT_OUT: (
            "Please do not send me any more of these e-mails.",
            "unsubscribe",
            "Take me off your list.",
            "Stop e-mailing me.",
        ),
        M.ACK: ("Thanks, noted.", "Thank you for letting us know.", "Received, thanks.", "OK"),
        M.OTHER: ("The herons are back on the pond, as every year.", "asdf", "See the other mail.", "Hm."),
    },
    "de": {
        M.PROMISE: ("Wir zahlen am {day}.", "Die Zahlung erfolgt am {day}."),
        M.PAID: ("Die Rechnung {number} wurde bereits bezahlt.", "Das haben wir letzte Woche überwiesen."),
        M.DISPUTE: ("Die Rechnung ist falsch, wir haben das nie bestellt.", "Die Ware war defekt."),
        M.HARDSHIP: ("Wir können im Moment nicht zahlen.",),
        M.LEGAL: ("Über das Vermögen wurde das Insolvenzverfahren eröffnet.",),
        M.QUESTION: ("Können Sie mir bitte eine Kopie der Rechnung schicken?",),
        M.OPT_OUT: ("Bitte schicken Sie mir keine E-Mails mehr.",),
        M.ACK: ("Danke für die Info.", "Vielen Dank, notiert."),
    },
    "fr": {
        M.PROMISE: ("Nous paierons le {day}.",),
        M.PAID: ("La facture {number} a déjà été payée.",),
        M.DISPUTE: ("Nous contestons cette facture.",),
        M.HARDSHIP: ("Nous ne pouvons pas payer pour le moment.",),
        M.QUESTION: ("Pouvez-vous m'envoyer une copie de la facture ?",),
        M.OPT_OUT: ("Merci de ne plus m'envoyer d'e-mails.",),
        M.ACK: ("Merci, bien reçu.",),
    },
    "es": {
        M.PROMISE: ("Pagaremos el {day}.",),
        M.PAID: ("La factura {number} ya está pagada.",),
        M.DISPUTE: ("No estamos de acuerdo con esta factura.",),
        M.QUESTION: ("¿Me puede enviar una copia de la factura?",),
        M.ACK: ("Gracias, recibido.",),
    },
    "it": {
        M.PROMISE: ("Pagheremo il {day}.",),
        M.PAID: ("La fattura {number} è già stata pagata.",),
        M.DISPUTE: ("Contestiamo questa fattura.",),
        M.QUESTION: ("Mi può mandare una copia della fattura?",),
        M.ACK: ("Grazie, ricevuto.",),
    },
    "nl": {
        M.PROMISE: ("Wij betalen op {day}.",),
        M.PAID: ("De factuur {number} is al betaald.",),
        M.DISPUTE: ("Wij zijn het niet eens met deze factuur.",),
        M.QUESTION: ("Kunt u mij een kopie van de factuur sturen?",),
        M.ACK: ("Bedankt, genoteerd.",),
    },
    "pt": {
        M.PROMISE: ("Vamos pagar no dia {day}.",),
        M.PAID: ("A fatura {number} já foi paga.",),
        M.DISPUTE: ("Não concordamos com esta fatura.",),
        M.QUESTION: ("Pode enviar-me uma cópia da fatura?",),
        M.ACK: ("Obrigado, recebido.",),
    },
    # Languages that the reader was never taught.
    "ja": {
        M.PROMISE: ("{day}にお支払いします。",),
        M.PAID: ("すでに支払いました。",),
        M.DISPUTE: ("この請求書は間違っています。",),
        M.ACK: ("承知しました。",),
    },
    "pl": {
        M.PROMISE: ("Zapłacimy {day}.",),
        M.PAID: ("Faktura została już opłacona.",),
        M.DISPUTE: ("Nie zgadzamy się z tą fakturą.",),
        M.ACK: ("Dziękuję.",),
    },
}
_BY_TEXT: dict[Meaning, tuple[str, ...]] = {
    M.OPT_OUT: ("STOP", "Stop", "stop please", "STOP texting me", "please cancel", "no more texts", "Stopp", "ARRÊT"),
    M.PROMISE: ("will pay {day}", "paying on {day}"),
    M.PAID: ("already paid", "paid this on monday"),
    M.DISPUTE: ("wrong amount!", "never got the goods"),
    M.QUESTION: ("who is this?", "how much do i owe?"),
    M.HARDSHIP: ("cant pay right now, no money",),
    M.ACK: ("ok thanks", "👍"),
    M.OTHER: ("??", "call me"),
}
_MONTHS = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
    "de": ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
           "Dezember"),
    "fr": ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
           "novembre", "décembre"),
    "es": ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
           "noviembre", "diciembre"),
    "it": ("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre",
           "novembre", "dicembre"),
    "nl": ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober",
           "november", "december"),
    "pt": ("janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro",
           "novembro", "dezembro"),
}  # fmt: skip
_LINKS = {"en": "{d} {m}", "de": "{d}. {m}", "es": "{d} de {m}", "pt": "{d} de {m}"}
_AWAY = {
    "en": "I am out of the office and will be back on {day}.",
    "de": "Ich bin nicht im Büro und ab dem {day} wieder erreichbar.",
    "fr": "Je suis absent du bureau jusqu'au {day}.",
}


def say(dice: Random, meaning: Meaning, language: str, number: str, today: date, *, by_text: bool = False) -> Said:
    """Words of that meaning as this customer would write them."""
    if by_text:
        return _ours(dice, meaning, "en", _BY_TEXT[meaning if meaning in _BY_TEXT else M.OTHER], number, today)
    known = _of_corpus().get(meaning, ())
    if known and meaning is not M.PROMISE and dice.random() < 0.5:
        return _taught(dice.choice(known), number)
    if meaning not in _WORDS[language]:
        language = "en"
    return _ours(dice, meaning, language, _WORDS[language][meaning], number, today)


def _ours(dice: Random, meaning: Meaning, language: str, sentences: tuple[str, ...], number: str, today: date) -> Said:
    day = today + timedelta(days=dice.choice((1, 2, 3, 5, 7, 9, 14, 21, 28, 45)))
    text = dice.choice(sentences).format(number=number, day=written(day, language))
    return Said(text, frozenset({meaning}), day if meaning is M.PROMISE else None)


def away(dice: Random, language: str, today: date) -> Said:
    """An answering machine's words: with a day of return, or without one."""
    if dice.random() < 0.3:
        return Said("I am away and cannot read my mail at the moment.", frozenset({M.AWAY}))
    back = today + timedelta(days=dice.choice((1, 3, 6, 10, 20, 60)))
    language = language if language in _AWAY else "en"
    return Said(_AWAY[language].format(day=written(back, language)), frozenset({M.AWAY}), back)


def written(day: date, language: str) -> str:
    """A day as it is written there; in numbers where we do not know the language."""
    if language not in _MONTHS:
        return f"{day:%Y-%m-%d}"
    return _LINKS.get(language, "{d} {m}").format(d=day.day, m=_MONTHS[language][day.month - 1]) + (
        f" {day.year}" if day.day % 2 else ""
    )


# ---- the corpus

_MEANS = {
    "paid": M.PAID, "dispute": M.DISPUTE, "hardship": M.HARDSHIP, "legal": M.LEGAL, "sensitive": M.SENSITIVE,
    "wrong_contact": M.WRONG_CONTACT, "question": M.QUESTION, "instalments": M.QUESTION, "opt_out": M.OPT_OUT,
    "ack": M.ACK, "other": M.OTHER,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Taught:
    path: Path
    invoice: str
    means: frozenset[Meaning]


@lru_cache(maxsize=1)
def _of_corpus() -> dict[Meaning, tuple[_Taught, ...]]:
    """Mails of the corpus by their first meaning; without those that hang on the day on which they were written."""
    found: dict[Meaning, list[_Taught]] = {}
    for path in sorted(CORPUS.glob("*.toml")):
        want = tomllib.loads(path.read_text("utf-8"))
        mail = path.with_suffix(".eml")
        if mail.exists() and set(want["kinds"]) <= set(_MEANS) and "promise_date" not in want:
            means = frozenset(_MEANS[kind] for kind in want["kinds"])
            found.setdefault(_MEANS[want["kinds"][0]], []).append(_Taught(mail, want["invoice"], means))
    return {meaning: tuple(those) for meaning, those in found.items()}


def _taught(one: _Taught, number: str) -> Said:
    raw = one.path.read_bytes().replace(one.invoice.encode(), number.encode())
    return Said("", one.means, raw=raw)
