"""The oracle itself: silent about a clean run; of a planted fault it names the broken promise, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle.evidence import Evidence, Ledger
from tests.oracle.gather import record
from tests.oracle.judge import IN_PART, JUDGED, NOT_JUDGED, RULES, judge, report
from tests.oracle.lives import LADDER, Life, Plant, at, climbed
from tests.oracle.plants import ALLOWED, PLANTED
from tests.oracle.violation import Violation


def test_a_clean_life_raises_no_alarm() -> None:
    assert judge(climbed().evidence()) == ()


def test_an_empty_run_raises_no_alarm() -> None:
    assert judge(Evidence(Life().rules, ())) == ()


def test_every_invariant_is_judged_or_has_its_reason() -> None:
    assert JUDGED | NOT_JUDGED.keys() == set(range(1, 40))
    assert not JUDGED & NOT_JUDGED.keys()
    assert IN_PART.keys() <= JUDGED


@pytest.mark.parametrize(("invariant", "plant"), PLANTED, ids=lambda each: getattr(each, "__name__", str(each)))
def test_a_planted_fault_raises_its_own_alarm_and_no_other(invariant: int, plant: Plant) -> None:
    life = climbed()
    plant(life)
    assert {violation.invariant for violation in judge(life.evidence())} == {invariant}


@pytest.mark.parametrize("plant", ALLOWED, ids=lambda plant: plant.__name__)
def test_what_lies_just_inside_a_promise_raises_no_alarm(plant: Plant) -> None:
    life = climbed()
    plant(life)
    assert judge(life.evidence()) == ()


def test_every_judged_invariant_has_a_planted_fault() -> None:
    assert {invariant for invariant, _ in PLANTED} == JUDGED


def test_every_rule_is_needed_to_see_some_planted_fault() -> None:
    silent = {rule.__name__ for _, rule in RULES}
    for _, plant in PLANTED:
        life = climbed()
        plant(life)
        known = record(life.evidence())
        silent -= {rule.__name__ for _, rule in RULES if next(rule(known), None) is not None}
    assert not silent


def test_the_books_alone_alarm_nobody() -> None:
    life = Life()
    assert judge(Evidence(life.rules, (Ledger(at("2026-09-01 14:00"), at("2026-09-01 14:00"), {}, {}),))) == ()


def test_the_report_gives_the_figure_and_its_bound() -> None:
    assert report((), 20_000) == f"0 of 20000 (95 % upper bound 0.00015); {len(JUDGED)} of 39 invariants are judged"
    found = [Violation(17, at("2026-09-08 02:00"), "ACME", "reminder 1 arrived at night")]
    assert report(found, 3).splitlines() == [
        "1 violations in 3: 1 of 17",
        "2026-09-08 02:00:00Z  17  ACME: reminder 1 arrived at night",
    ]


def test_the_ladder_of_these_lives_is_the_shipped_one() -> None:
    assert [rung.days for rung in LADDER] == [-3, 3, 10, 18, 28, 35, 42, 56]


def test_the_oracle_knows_nothing_of_the_program() -> None:
    """What makes evidence out of a run (export.py) may know it; what judges may not."""
    here = Path(__file__).parent
    judges = [path for path in here.rglob("*.py") if path.name != "export.py" and not path.name.startswith("test_")]
    assert len(judges) > 10
    for path in judges:
        text = path.read_text("utf-8")
        assert "import reminderbot" not in text and "from reminderbot" not in text, path.name
