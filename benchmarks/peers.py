"""Other readers of the same things, for `benchmarks.understand`; each is None where it is not installed."""

from __future__ import annotations

import importlib
import importlib.metadata
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

LANGUAGES = ["en", "es", "fr", "de", "pt", "it", "nl"]


def version(package: str) -> str:
    return importlib.metadata.version(package)


def quotequail() -> Callable[[str, bool], str] | None:
    """The unquoted parts of a text or of HTML."""
    found = _module("quotequail")
    if found is None:
        return None

    def own(text: str, is_html: bool) -> str:
        unwrapped = (found.unwrap_html if is_html else found.unwrap)(text)
        if unwrapped is not None:
            return str(unwrapped.get("html_top" if is_html else "text_top", ""))
        parts = found.quote_html(text) if is_html else found.quote(text)
        return "\n".join(part for expanded, part in parts if expanded)

    return own


def mail_parser_reply() -> Callable[[str, bool], str] | None:
    """The latest reply of a text."""
    found = _module("mailparser_reply")
    if found is None:
        return None
    parser = found.EmailReplyParser(languages=LANGUAGES)

    def own(text: str, _is_html: bool) -> str:
        # It reads plain text only; HTML comes to it as it is.
        return parser.parse_reply(text=text) or ""

    return own


def talon() -> Callable[[str, bool], str] | None:
    """The reply of a text or of HTML, without quotations."""
    found = _module("talon.quotations")
    if found is None:
        return None
    return lambda text, is_html: str(found.extract_from(text, "text/html" if is_html else "text/plain"))


def dateparser() -> Callable[[str, str, datetime, bool], date | None] | None:
    """The day an expression means, days to come preferred."""
    found = _module("dateparser")
    search = _module("dateparser.search")
    if found is None or search is None:
        return None

    def day(text: str, language: str, base: datetime, month_first: bool) -> date | None:
        settings: dict[str, Any] = {
            "RELATIVE_BASE": base.replace(tzinfo=None),
            "PREFER_DATES_FROM": "future",
            "DATE_ORDER": "MDY" if month_first else "DMY",
        }
        told = found.parse(text, languages=[language], settings=settings)
        if told is None:
            several = search.search_dates(text, languages=[language], settings=settings) or []
            told = several[-1][1] if several else None
        return told.date() if told else None

    return day


def flufl_bounce() -> Callable[[bytes], bool] | None:
    """True where a mail is a delivery failure."""
    found = _module("flufl.bounce")
    if found is None:
        return None

    def failed(raw: bytes) -> bool:
        from email import message_from_bytes

        temporary, permanent = found.all_failures(message_from_bytes(raw))
        return bool(temporary or permanent)

    return failed


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
