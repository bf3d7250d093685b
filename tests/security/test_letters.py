"""S3: whoever may edit a letter can write words, and nothing else: run no code, read no file, fill no memory."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from reminderbot.compose.clean import clean
from reminderbot.compose.errors import LetterError
from reminderbot.compose.render import Letters
from tests.compose.samples import customer, facts, item, write_letters

ESCAPES = (Path(__file__).parents[1] / "compose" / "escapes.txt").read_text("utf-8").splitlines()
SECONDS, BYTES = 1.0, 64 * 2**20
# The longest letter that is taken, and a little less.
SIZE = 15_900
PLACES: dict[str, Callable[[str], dict[str, str]]] = {
    "body": lambda text: {"gentle.email.md": f"Subject: About {{{{ invoice }}}}\n\nHello,\n\n{text}\n"},
    "subject": lambda text: {"gentle.email.md": f"Subject: {text}\n\nHello\n"},
    "footer": lambda text: {"gentle.email.md": "Subject: Hello\n\nHello\n", "footer.email.md": f"{text}\n"},
    "layout": lambda text: {
        "gentle.email.md": "Subject: Hello\n\nHello\n",
        "./layout.html": f"<html><body>{{{{ body }}}}{text}{{{{ footer }}}}</body></html>",
    },
    "text message": lambda text: {"gentle.sms.txt": f"Hello {text}"},
    "talking points": lambda text: {"gentle.md": f"Hello {text}"},
}


def said_of(folder: Path, place: str, text: str) -> str:
    """What rendering said; "" where a letter came of it."""
    letters = Letters(write_letters(folder, PLACES[place](text)), 0)
    renders = {"text message": letters.render_sms, "talking points": letters.render_notes}
    try:
        renders.get(place, letters.render_email)(facts(item("INV-1"), item("INV-2")))
    except LetterError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("place", PLACES)
def test_no_escape_renders_wherever_it_stands(tmp_path: Path, place: str) -> None:
    assert len(ESCAPES) >= 60
    for number, escape in enumerate(ESCAPES):
        began = time.process_time()
        assert said_of(tmp_path / str(number), place, escape), f"{escape} rendered in the {place}"
        assert time.process_time() - began <= SECONDS, escape


# Each makes a parser of Jinja or Markdown look again at what it has seen, or pile up what it must remember.
BOMBS = {
    "brackets": "[" * SIZE,
    "links": "[a](" * (SIZE // 4),
    "links in links": "*[a](b) " * (SIZE // 8),
    "open and shut": "[a" * (SIZE // 4) + "]" * (SIZE // 4),
    "pictures": "![" * (SIZE // 2),
    "stress": "*a _b " * (SIZE // 6),
    "more stress": "a**b" * (SIZE // 4),
    "quotes": "> " * (SIZE // 2) + "x",
    "lists": "- " * (SIZE // 2) + "x",
    "steps": "".join("  " * depth + "- a\n" for depth in range(120)),
    "ticks": "".join("`" * length + " " for length in range(170)),
    "fences": "```\n" * (SIZE // 4),
    "headings": "a\n" * (SIZE // 2 - 10) + "=",
    "entities": "&" * SIZE,
    "tags": "<" * SIZE,
    "addresses": "<http://a" * (SIZE // 9),
    "references": "".join(f"[{number}]: x\n" for number in range(1200)) + "x",
    "backslashes": "\\" * SIZE,
    "names": "{{ total }}" * (SIZE // 11),
    "many lists of invoices": "\n\n{{ items }}\n\n" * (SIZE // 16),
    "filters": "{{ total" + "|upper" * 2000 + " }}",
    "conditions": "".join("{% if has_pay_url %}" for _ in range(300)) + "x" + "{% endif %}" * 300,
    "parentheses": "{{ " + "(" * 7000 + "total" + ")" * 7000 + " }}",
    "a long default": "{{ contact_name|default('" + "a" * 15_000 + "') }}",
}  # fmt: skip


def test_no_bomb_takes_a_second_or_64_megabytes(tmp_path: Path) -> None:
    """In a process of its own, which after all of them together must have grown by less than one may take."""
    code = "from tests.security.test_letters import defuse; defuse()"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stderr
    grown, slow = json.loads(done.stdout)
    assert slow == {}
    assert 0 <= grown <= BYTES


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}


def defuse() -> None:
    """Render every bomb; writes how much the process has grown by, and which took too long."""
    said_of(Path("quiet"), "body", "Hello")
    before, slow = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, {}
    for place in ("body", "layout", "text message"):
        for name, bomb in BOMBS.items():
            began = time.process_time()
            said_of(Path(place) / name, place, bomb)
            if (took := time.process_time() - began) > SECONDS:
                slow[f"{name} in the {place}"] = took
    print(json.dumps([1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before), slow]))


def test_a_customer_who_is_called_like_an_escape_is_only_called_so(tmp_path: Path) -> None:
    letters = Letters(
        write_letters(tmp_path, PLACES["body"]("{{ customer_name }}, {{ contact_name }}\n\n{{ items }}")), 0
    )
    for escape in ESCAPES:
        told = facts(item(escape, po_number=escape), who=customer(escape, escape))
        mail = letters.render_email(told)
        assert f"{clean(escape)}, {clean(escape)}" in " ".join(mail.text.split())
