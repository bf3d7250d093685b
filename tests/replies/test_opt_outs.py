"""Who wants no more messages may say so in any language that we know, whatever language we write in."""

from __future__ import annotations

import re
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from reminderbot.core.understanding import Kind, Understanding
from reminderbot.replies import tables
from reminderbot.replies.understand import Context, understand_email, understand_sms

TABLE = Path(tables.__file__).parent / "phrases" / tables.ELSEWHERE / "opt_outs.toml"
# Every comment above the pattern of a whole sentence is a line as a customer wrote it.
LINES = re.findall(r"(?m)^    # (.+)\n    \"\^.*\$\",$", TABLE.read_text("utf-8"))
LOCALES = ("en-US", "es-ES", "fr-FR", "de-DE", "pt-BR", "it-IT", "nl-NL")
RECEIVED = datetime.fromisoformat("2026-03-04T10:00:00+00:00")


def mail(text: str, locale: str) -> Understanding:
    message = EmailMessage()
    message["From"], message["Subject"] = "a@b.example", "Re: INV-4711"
    message.set_content(text)
    return understand_email(message.as_bytes(), RECEIVED, Context(("INV-4711",), locale=locale))


@pytest.mark.parametrize("line", LINES)
def test_an_opt_out_is_honoured_whatever_language_we_write_in(line: str) -> None:
    for locale in LOCALES:
        assert Kind.OPT_OUT in mail(f"{line}.", locale).kinds, locale
        assert Kind.OPT_OUT in understand_sms(line, RECEIVED, Context(locale=locale)).kinds, locale


@pytest.mark.parametrize(
    "line",
    [
        "Ich habe keine E-Mails von Ihnen bekommen.",
        "Ik heb geen e-mails van u ontvangen.",
        "Je n'ai plus reçu vos messages.",
        "No he recibido más mensajes.",
        "Non ho più ricevuto i vostri messaggi.",
        "Proszę nie wysyłać towaru przed piątkiem.",
        "Не отправляйте товар до пятницы.",
        "请不要再给我寄错货。",
    ],
)
def test_what_only_sounds_like_an_opt_out_is_none_and_calls_a_person(line: str) -> None:
    for locale in LOCALES:
        found = mail(line, locale)
        assert Kind.OPT_OUT not in found.kinds, locale
        assert found.needs_human
