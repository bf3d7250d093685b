"""Answers one line of `reminderbot classify`: a JSON object in, a JSON object out; no config, store or network."""

from __future__ import annotations

import base64
import binascii
import json
import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from reminderbot.core.understanding import Kind, Understanding, unreadable
from reminderbot.replies.understand import Context, understand_email, understand_sms

_NO_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def classify_line(line: str) -> dict[str, Any]:
    """The answer to one item; never raises: what cannot be read is answered with its error."""
    try:
        item = json.loads(line)
    except (ValueError, RecursionError) as error:
        return answer(None, unreadable(f"the line is no JSON: {error}"[:200]))
    if not isinstance(item, dict):
        return answer(None, unreadable("the line is no JSON object: write {...}"))
    return answer(item.get("id"), _understand(item))


def _understand(item: dict[str, Any]) -> Understanding:
    try:
        received_at = datetime.fromisoformat(str(item.get("received")))
    except ValueError:
        return unreadable(f"'received' is no ISO 8601 date and time: {str(item.get('received'))[:40]!r}")
    context = _context(item.get("context"))
    channel = item.get("channel")
    if channel == "sms":
        text = item.get("text")
        return understand_sms(text, received_at, context) if isinstance(text, str) else unreadable("'text' is missing")
    if channel == "email":
        raw = _raw(item)
        return (
            understand_email(raw, received_at, context)
            if raw is not None
            else unreadable("'raw' or 'raw_base64' is missing or unreadable")
        )
    return unreadable(f'\'channel\' must be "email" or "sms", not {str(channel)[:40]!r}')


def _raw(item: dict[str, Any]) -> bytes | None:
    encoded = item.get("raw_base64")
    if isinstance(encoded, str):
        try:
            return base64.b64decode("".join(encoded.split()), validate=True)
        except (binascii.Error, ValueError):
            return None
    raw = item.get("raw")
    return (
        raw.encode("utf-8", "surrogateescape" if not _has_lone_surrogates(raw) else "replace")
        if isinstance(raw, str)
        else None
    )


def _has_lone_surrogates(text: str) -> bool:
    """True for surrogates that stand for no byte and so cannot be turned back into one."""
    return bool(_NO_BYTE.search(text))


def _context(given: Any) -> Context:
    if not isinstance(given, dict):
        return Context()
    invoice, locale = given.get("invoice"), given.get("locale")
    return Context(
        invoices=(invoice,) if isinstance(invoice, str) and invoice else (),
        amount_due=_amount(given.get("amount_due")),
        currency=str(given.get("currency") or ""),
        locale=locale if isinstance(locale, str) and locale else "en",
    )


def _amount(given: Any) -> Decimal | None:
    try:
        amount = Decimal(str(given))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def answer(item_id: Any, found: Understanding) -> dict[str, Any]:
    """An understanding in the documented fields and order."""
    promise = None
    if Kind.PROMISE in found.kinds:
        amount = found.promise_amount
        promise = {
            "date": found.promise_on.isoformat() if found.promise_on else None,
            "amount": f"{amount:.2f}" if amount is not None else None,
        }
    fields: dict[str, Any] = {
        "id": item_id,
        "kinds": [kind.value for kind in found.kinds],
        "needs_human": found.needs_human,
        "dispute_reason": found.dispute_reason.value if found.dispute_reason else None,
        "promise": promise,
        "return_date": found.return_on.isoformat() if found.return_on else None,
        "own_text": found.own_text,
        "evidence": [{"kind": f.kind.value, "text": f.text} for f in found.findings],
        "language": found.language,
        "confidence": found.confidence,
    }
    if found.error:
        fields["error"] = found.error
    return fields
