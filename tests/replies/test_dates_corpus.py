"""Days read from date expressions of other projects never fall below what has been reached; without them, says so."""

from __future__ import annotations

import pytest

from benchmarks.dates import measure, rows

# Per cent right at least, wrong at most, of the scored rows.
RIGHT, WRONG = 85, 5
LANGUAGES = ("de", "de/en", "en", "es", "fr", "it", "nl", "pt")


@pytest.mark.parametrize("language", LANGUAGES)
def test_days_of_other_projects_are_read_right_and_hardly_ever_wrong(language: str) -> None:
    found = [row for row in rows() if row["lang"] == language]
    if not found:
        print(f"{language}: the corpus of dates is not on this machine, left out")
        return
    verdicts = measure(found)[language]
    assert verdicts["right"] * 100 >= RIGHT * len(found)
    assert verdicts["wrong"] * 100 <= WRONG * len(found)
