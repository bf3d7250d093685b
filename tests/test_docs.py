"""The README and the pages under docs/ are true: commands, settings, variables, columns, links and the quick start."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import click
import pytest
from markdown_it import MarkdownIt

from reminderbot.cli import cli
from reminderbot.compose.schema import FACTS, LAYOUT
from reminderbot.compose.slots import FILTERS
from reminderbot.config.secrets import VARIABLES
from reminderbot.core.case import CaseKind
from reminderbot.core.lane import LANES, Reason
from reminderbot.core.note import CallResult
from reminderbot.core.understanding import DisputeReason, Kind
from reminderbot.ledger.csv_customers import CUSTOMERS
from reminderbot.ledger.csv_invoices import INVOICES, PAYMENTS
from reminderbot.ledger.csv_table import Sheet
from reminderbot.sentences.lane import lane_told
from reminderbot.sentences.words import words_for

ROOT = Path(__file__).parent.parent
FIELD = ROOT.parent / "shared" / "field.md"
PAGES = ("README.md", *sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")), "deploy/README.md")
GLOBAL_WITH_VALUE = {"--config", "-c"}


@dataclass
class Page:
    """What a page names: blocks of code, words of code, links, and its headings as anchors."""

    blocks: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)


@lru_cache
def page(name: str) -> Page:
    found = Page()
    tokens = MarkdownIt("commonmark").enable("table").parse((ROOT / name).read_text("utf-8"))
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type in ("code_block", "fence"):
            found.blocks.append(token.content)
        for child in token.children or []:
            if child.type == "code_inline":
                found.words.append(" ".join(child.content.split()))
            if child.type in ("link_open", "image"):
                found.links.append(str(child.attrs.get("href") or child.attrs.get("src")))
        if before and before.type == "heading_open":
            kept = re.sub(r"[^\w\- ]", "", token.content.lower())
            found.anchors.add(kept.replace(" ", "-"))
    return found


# ---- commands


def commands(name: str) -> Iterator[tuple[str, bool]]:
    """Each command of a page, and whether it stands there whole, ready to be typed."""
    for block in page(name).blocks:
        for line in block.splitlines():
            if re.match(r"(sudo -u \S+ )?\S*\breminderbot ", line):
                yield line, "..." not in line
    for words in page(name).words:
        if re.match(r"(sudo -u \S+ )?\S*\breminderbot ", words):
            yield words, False


def arguments(command: str) -> list[str]:
    """What is handed to reminderbot: without the program, comments, redirections and dots for more."""
    words = shlex.split(re.sub(r"\s[<>|&].*", "", command), comments=True)
    program = 3 if words[0] == "sudo" else 0
    assert Path(words[program]).name == "reminderbot"
    return [word for word in words[program + 1 :] if word != "..."]


def mistake(words: list[str], whole: bool) -> str:
    """Why click would refuse these words; empty: it would not. Nothing is run."""
    while words and words[0].startswith("-"):
        taken = 2 if words[0] in GLOBAL_WITH_VALUE else 1
        if not any(words[0] in option.opts for option in cli.params):
            return f"there is no option {words[0]}"
        words = words[taken:]
    command: click.Command | None = cli
    while isinstance(command, click.Group) and words:
        command, words = command.get_command(click.Context(command), words[0]), words[1:]
    if command is None:
        return "there is no such command"
    if isinstance(command, click.Group):
        return "it wants a command of its own" if whole else ""
    try:
        command.make_context(command.name, list(words))
    except click.MissingParameter as error:
        return error.format_message() if whole else ""
    except click.UsageError as error:
        return error.format_message()
    return ""


@pytest.mark.parametrize("name", PAGES)
def test_every_command_exists_with_those_options(name: str) -> None:
    wrong = {said: why for said, whole in commands(name) if (why := mistake(arguments(said), whole))}
    assert wrong == {}


@pytest.mark.parametrize(
    ("said", "whole", "right"),
    [
        ("reminderbot plan --days 3", True, True),
        ("reminderbot plan --weeks 3", True, False),
        ("reminderbot plan --days soon", True, False),
        ("reminderbot case show 10 --json", True, True),
        ("reminderbot case close 10", True, False),
        ("reminderbot case show", True, False),
        ("reminderbot case show", False, True),
        ("reminderbot invent", False, False),
        ("sudo -u reminderbot /opt/reminderbot/bin/reminderbot --config config.toml status", True, True),
        ("reminderbot --settings config.toml status", True, False),
    ],
)
def test_what_click_would_refuse_is_found(said: str, whole: bool, right: bool) -> None:
    assert (mistake(arguments(said), whole) == "") is right


def test_every_command_is_told_of_somewhere() -> None:
    told = {arguments(said)[0] for name in PAGES for said, _ in commands(name) if arguments(said)}
    assert set(cli.list_commands(click.Context(cli))) <= told


# ---- settings and other names


@lru_cache
def settings() -> dict[str, set[str]]:
    """Every table of the example with its keys, those switched off included; "" for the top."""
    text = re.sub(r"(?m)^#(?=\S)", "", (ROOT / "config.example.toml").read_text("utf-8"))
    found = tomllib.loads(text)
    tables: dict[str, set[str]] = {"": {key for key, value in found.items() if isinstance(value, str)}}
    for key, value in found.items():
        if isinstance(value, dict):
            tables[key] = set(value)
        elif isinstance(value, list):
            tables[key] = {name for entry in value for name in entry}
    return tables


def every_key() -> set[str]:
    return set().union(*settings().values())


def toml_blocks(name: str) -> Iterator[dict[str, dict[str, object]]]:
    for block in page(name).blocks:
        if re.match(r"\[[a-z]+\]\n", block):
            yield tomllib.loads(block)


@pytest.mark.parametrize("name", PAGES)
def test_every_setting_exists(name: str) -> None:
    shown = {(table, key) for block in toml_blocks(name) for table, keys in block.items() for key in keys}
    for words in page(name).words:
        if said := re.fullmatch(r"\[\[?([a-z]+)\]\]?(?: ([a-z_]+))?", words):
            shown.add((said[1], said[2] or ""))
    wrong = {(table, key) for table, key in shown if table not in settings() or key not in settings()[table] | {""}}
    assert wrong == set()
    assigned = {words.split(" = ")[0] for words in page(name).words if re.match(r"[a-z_]+ = ", words)}
    assert assigned <= every_key()


@pytest.mark.parametrize("name", PAGES)
def test_every_other_name_is_one_of_ours(name: str) -> None:
    sheets = [column for sheet in (CUSTOMERS, INVOICES, PAYMENTS) for column in sheet.columns]
    answers = ["needs_human", "dispute_reason", "return_date", "own_text", "raw_base64"]
    known = {
        *every_key(),
        *sheets,
        *FACTS,
        *LAYOUT,
        *FILTERS,
        *Kind,
        *DisputeReason,
        *Reason,
        *CallResult,
        *answers,
        "credit_note",
        "write_off",
        "pg_dump",
    }
    named = {words for words in page(name).words if re.fullmatch(r"[a-z]+(_[a-z]+)+", words)}
    assert {words for words in named if not words.startswith("test_")} - known == set()


@pytest.mark.parametrize("name", PAGES)
def test_every_variable_of_the_environment_is_read(name: str) -> None:
    read = {"REMINDERBOT_CONFIG"} | {f"{secret}{end}" for secret in VARIABLES for end in ("", "_FILE")}
    assert set(re.findall(r"REMINDERBOT_[A-Z_]+", (ROOT / name).read_text("utf-8"))) <= read


# ---- tables that repeat what the code says


def table(name: str, first: str) -> list[list[str]]:
    """The cells of every row of the table whose header begins with `first`; of several, one after the other."""
    rows, inside = [], False
    for line in (ROOT / name).read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            inside = False
        elif cells[0] == first:
            inside = True
        elif inside and set(line) - set("|-"):
            rows.append(cells)
    return rows


def test_the_table_of_variables_is_the_schema() -> None:
    told = [(cells[0].strip("`"), cells[1]) for cells in table("docs/letters.md", "variable")]
    assert told == [(name, fact.meaning) for names in (FACTS, LAYOUT) for name, fact in names.items()]


@pytest.mark.parametrize(("sheet", "title"), [(CUSTOMERS, "customers"), (INVOICES, "invoices"), (PAYMENTS, "payments")])
def test_the_columns_of_the_ledger_are_those_that_are_read(sheet: Sheet, title: str) -> None:
    text = (ROOT / "docs/ledger.md").read_text("utf-8")
    section = re.split(r"(?m)^## ", text.partition(f"## {title}.csv\n")[2])[0]
    told = re.findall(r"(?m)^\| `(\w+)` \| (yes|) ?\|", section)
    assert {column for column, needed in told if needed} == set(sheet.required)
    assert {column for column, _ in told} == set(sheet.columns)


def test_the_lanes_are_told_word_for_word() -> None:
    reasons: dict[str, list[str]] = {}
    for reason, lane in LANES.items():
        reasons.setdefault(lane.name, []).append(f"`{reason}`")
    lanes = {lane.name: lane for lane in LANES.values()}
    told = [
        [
            name, ", ".join(reasons[name]), lane.pauses, lane.ends,
            " ".join(f"{place}. {does}" for place, does in enumerate(lane.steps, 1)), lane.after,
        ]
        for name, lane in ((name, lane_told(words_for("en"), lane)) for name, lane in lanes.items())
    ]  # fmt: skip
    assert table("docs/desk.md", "lane") == told


def test_every_kind_of_case_is_told_of() -> None:
    told = {name.replace(" ", "_") for cells in table("docs/desk.md", "kind") for name in cells[0].split(", ")}
    assert told == set(CaseKind)


def test_every_kind_of_reply_is_told_of() -> None:
    assert {cells[0].strip("`") for cells in table("docs/replies.md", "kind")} == set(Kind)
    assert set(DisputeReason) <= set(page("docs/replies.md").words)


def test_the_field_tests_are_there_and_none_is_left_out() -> None:
    written = {
        name
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for name in re.findall(r"(?m)^def (test_\w+)", path.read_text())
    }
    named = {words for words in page("docs/field-tests.md").words if words.startswith("test_")}
    assert named <= written
    of_the_field = re.findall(r"(?m)^def (test_\w+)", (ROOT / "tests/stories/test_field.py").read_text())
    assert set(of_the_field) <= named, "add the new ones to docs/field-tests.md"


def test_every_pain_of_the_field_has_its_row_and_every_row_its_test_or_why_not() -> None:
    rows = table("docs/field-tests.md", "pain")
    assert [cells for cells in rows if not re.search(r"`test_\w+`|^none: ", cells[2])] == []
    if not FIELD.exists():
        pytest.skip("the list of threads is not part of a checkout")
    complaints = FIELD.read_text("utf-8").partition("# (b) ")[2].partition("\n# (c) ")[0]
    threads = {found.lower() for found in re.findall(r"\[[\w.-]+/([\w.-]+#\d+)\]", complaints)}
    assert len(threads) > 100
    told = {thread.lower() for cells in rows for thread in cells[1].split(", ")}
    assert threads - told == set(), "add them to docs/field-tests.md, with a test or why there is none"


# ---- links and the quick start


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name: str) -> None:
    for link in page(name).links:
        path, _, anchor = link.partition("#")
        target = ((ROOT / name).parent / path).resolve() if path else ROOT / name
        assert "://" not in link, f"{link}: pages link within the checkout"
        assert target.exists(), link
        if anchor:
            assert anchor in page(str(target.relative_to(ROOT))).anchors, link


def test_the_quick_start_ends_in_a_letter(tmp_path: Path) -> None:
    blocks = page("README.md").blocks
    steps = next(block for block in blocks if "reminderbot init" in block)
    ours = "\n".join(line for line in steps.splitlines() if ".venv" not in line and line != "make venv")
    env = {"HOME": str(tmp_path), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(["sh", "-eux", "-c", ours], capture_output=True, text=True, cwd=tmp_path, env=env)
    assert done.returncode == 0, done.stderr
    assert "Hello Ada Example,\n\nThis may simply have slipped through" in done.stdout
    promised = "".join(blocks[blocks.index(steps) + 1 :])
    # How many letters are in sight depends on the day.
    for said in ("would leave in the next 7 days", "Draft mode, nothing was sent. Letters to look at: ", "Total"):
        assert said in promised
        assert said in done.stdout
    for line in next(block for block in blocks if block.startswith("New: ")).splitlines():
        assert line in done.stdout
