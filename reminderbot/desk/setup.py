"""Sets up a new installation: one folder with its settings, letters, ledger and state, in which nothing is sent yet."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import reminderbot
from reminderbot.compose.words import base
from reminderbot.config import ConfigMistakes
from reminderbot.config.secrets import VARIABLES
from reminderbot.config.settings import BusinessTable
from reminderbot.config.table import Notes, read
from reminderbot.ledger.csv_customers import CUSTOMERS
from reminderbot.ledger.csv_invoices import INVOICES, PAYMENTS
from reminderbot.ledger.csv_out import write_sheet

_PROMPTS = {
    "name": "Name of your business, as customers know it",
    "email": "E-mail address where customers reach a person",
    "phone": "Telephone number where customers reach a person",
    "address": "Postal address, on one line",
    "time_zone": "Time zone, by area and city",
    "country": "Country, by its two letters",
    "currency": "Currency, by its three letters",
}
# Not a setting: the first of them becomes the one, and the letters of all are taken over.
_LANGUAGES = "languages"


@dataclass(frozen=True, slots=True)
class Question:
    """One thing a new installation must know; `default` is the example's."""

    key: str
    prompt: str
    default: str


class CannotSetUp(Exception):
    """A new installation cannot be made; the text says what stands in the way and what to do."""


def questions() -> tuple[Question, ...]:
    """What `init` asks, in order; each key may stand in the answers of `create_installation`."""
    business = tomllib.loads(shipped_example().read_text("utf-8"))["business"]
    asked = [Question(key, prompt, business[key]) for key, prompt in _PROMPTS.items()]
    known = ", ".join(shipped_languages())
    languages = f"Languages of your letters, your own first, with commas between ({known})"
    return (*asked, Question(_LANGUAGES, languages, business["language"]))


def mistake_in(key: str, answer: str) -> str | None:
    """Why `answer` cannot be taken for the question `key`, as a sentence; None: it can."""
    found = _mistakes({key: answer})
    return found[0] if found else None


def create_installation(folder: Path, answers: Mapping[str, str], *, sample_on: date | None = None) -> list[Path]:
    """Make a new installation in `folder` and give back the paths that were made.

    Answers left out take the example's value. With `sample_on` the ledger holds invented customers with invoices
    due around that day, else the headers of its files alone. Nothing that is there already is touched: CannotSetUp
    names it. ConfigMistakes where an answer cannot be used. In both cases nothing was made.
    """
    found = _mistakes(answers)
    if found:
        raise ConfigMistakes(found)
    _refuse_if_taken(folder)
    new = [part for part in (folder, *folder.parents) if not part.exists()]
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".init-") as workshop:
            _build(Path(workshop), answers, sample_on)
            return [made.rename(folder / made.name) for made in sorted(Path(workshop).iterdir())]
    except OSError as error:
        for part in new:
            with suppress(OSError):
                part.rmdir()
        raise CannotSetUp(f"{folder} cannot be set up ({error.strerror}): name a folder you may write to") from error


_PARTS = ("config.toml", ".env", "letters", "ledger", "state")


def _refuse_if_taken(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise CannotSetUp(f"{folder} is a file: name a folder")
    for part in _PARTS:
        if (folder / part).exists() or (folder / part).is_symlink():
            raise CannotSetUp(f"{folder / part} is already there: name another folder, or move it away first")


def _build(folder: Path, answers: Mapping[str, str], sample_on: date | None) -> None:
    (folder / "config.toml").write_text(filled_example(answers), "utf-8")
    (folder / ".env").touch(0o600)
    (folder / ".env").write_text(_dotenv(), "utf-8")
    (folder / "state").mkdir(0o700)
    (folder / "letters").mkdir()
    shutil.copy2(shipped_templates() / "layout.html", folder / "letters")
    for language in _languages(answers):
        add_letters(folder / "letters", language)
    (folder / "ledger").mkdir()
    for name, (columns, rows) in _ledger(sample_on).items():
        write_sheet(folder / "ledger" / name, columns, rows)


def add_letters(letters: Path, language: str) -> list[Path]:
    """Put what we ship in `language` into the folder `letters` and give back what is new; what is there stays as it is.

    CannotSetUp where no letters in it are shipped, or where the folder cannot be written to.
    """
    if base(language) not in shipped_languages():
        raise CannotSetUp(_not_shipped(language))
    ours = shipped_templates() / base(language)
    missing = [path for path in sorted(ours.iterdir()) if not (letters / ours.name / path.name).exists()]
    try:
        (letters / ours.name).mkdir(exist_ok=True)
        return [Path(shutil.copy2(path, letters / ours.name)) for path in missing]
    except OSError as error:
        raise CannotSetUp(f"{letters} cannot be written to ({error.strerror}): change who may") from error


def shipped_languages() -> tuple[str, ...]:
    """The languages we ship letters in."""
    return tuple(sorted(path.name for path in shipped_templates().iterdir() if path.is_dir()))


def _not_shipped(language: str) -> str:
    return f"There are no letters in {language!r} to take over: there are {', '.join(shipped_languages())}"


def shipped_templates() -> Path:
    """The letters we ship: beside the package in a checkout, inside it once installed."""
    return _shipped("templates")


def shipped_example() -> Path:
    """config.example.toml as we ship it."""
    return _shipped("config.example.toml")


def _shipped(name: str) -> Path:
    package = Path(reminderbot.__file__).parent
    inside = package / name
    return inside if inside.exists() else package.parent / name


def filled_example(answers: Mapping[str, str]) -> str:
    """The example with `answers` in the place of its business, and everything else as it stands."""
    head, business, tail = re.split(
        r"(?ms)(^\[business\]$.*?)(?=^\[)", shipped_example().read_text("utf-8"), maxsplit=1
    )
    for key, answer in _as_settings(answers).items():
        # JSON's strings are TOML's basic strings (toml.io 1.0, String), but for DEL, which no answer holds.
        line = f"{key} = {json.dumps(answer.strip(), ensure_ascii=False)}"
        business = re.sub(rf"(?m)^{re.escape(key)} = .*$", lambda _, line=line: line, business)
    return head + business + tail


def _mistakes(answers: Mapping[str, str]) -> list[str]:
    """What is wrong with the answers, seen as the table they become."""
    business: dict[str, Any] = _as_settings({question.key: question.default for question in questions()})
    notes = Notes("your answers")
    read(BusinessTable, business | _as_settings(answers), "[business]", notes)
    unknown = [language for language in _languages(answers) if base(language) not in shipped_languages()]
    return notes.sentences + [_not_shipped(language) for language in unknown]


def _languages(answers: Mapping[str, str]) -> list[str]:
    default = tomllib.loads(shipped_example().read_text("utf-8"))["business"]["language"]
    return [language.strip() for language in answers.get(_LANGUAGES, default).split(",")]


def _as_settings(answers: Mapping[str, str]) -> dict[str, str]:
    """The answers as keys of [business]: a list of languages counts as its first."""
    settings = {key: answer for key, answer in answers.items() if key != _LANGUAGES}
    return settings | ({"language": _languages(answers)[0]} if _LANGUAGES in answers else {})


def _dotenv() -> str:
    lines = [
        "# Passwords and tokens of reminderbot. Nobody but its own user may read this file (chmod 600).",
        "# Take the # away before a line to use it; put a value with # or spaces in it between single quotes.",
        *(f"#{variable}=''" for variable in VARIABLES),
    ]
    return "\n".join(lines) + "\n"


Rows = list[dict[str, str]]


def _ledger(sample_on: date | None) -> dict[str, tuple[tuple[str, ...], Rows]]:
    customers, invoices, payments = _sample(sample_on) if sample_on else ([], [], [])
    return {
        "customers.csv": (CUSTOMERS.columns, customers),
        "invoices.csv": (INVOICES.columns, invoices),
        "payments.csv": (PAYMENTS.columns, payments),
    }


def _sample(today: date) -> tuple[Rows, Rows, Rows]:
    """Three invented customers: one a little late, one due in three days, one who has paid."""
    customers = [
        _customer("EXAMPLE-1", "Example Bakery Ltd", "Ada Example", "ada@bakery.example"),
        _customer("EXAMPLE-2", "Example Cycles", "Ben Example", "ben@cycles.example"),
        _customer("EXAMPLE-3", "Example Dental Practice", "Cleo Example", "cleo@dental.example"),
    ]
    invoices = [
        _invoice("EXAMPLE-1001", "EXAMPLE-1", today - timedelta(days=5), "480.00"),
        _invoice("EXAMPLE-1002", "EXAMPLE-2", today + timedelta(days=3), "129.90"),
        _invoice("EXAMPLE-1003", "EXAMPLE-3", today - timedelta(days=12), "75.00"),
    ]
    paid = {"payment_id": "EXAMPLE-P1", "customer_id": "EXAMPLE-3", "invoice": "EXAMPLE-1003", "amount": "75.00"}
    payments = [paid | {"paid_on": (today - timedelta(days=2)).isoformat(), "kind": "payment"}]
    return customers, invoices, payments


def _customer(customer_id: str, name: str, contact: str, email: str) -> dict[str, str]:
    return {"customer_id": customer_id, "name": name, "contact_name": contact, "email": email}


def _invoice(number: str, customer_id: str, due_on: date, total: str) -> dict[str, str]:
    issued_on = due_on - timedelta(days=30)
    row = {"number": number, "customer_id": customer_id, "total": total, "status": "open"}
    return row | {"issued_on": issued_on.isoformat(), "due_on": due_on.isoformat()}
