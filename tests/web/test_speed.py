"""What a page asks of the store does not grow with the house: the same number of questions for few and for many."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from benchmarks.crowd import crowd
from benchmarks.desk import PAGES
from benchmarks.installation import NOW, build
from reminderbot.clock import SteppedClock
from tests.web.browser import signed_in

RESOLVE = "closing a case, and the next one"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> dict[int, dict[str, int]]:
    """How many statements each page needs, by the number of customers."""
    found: dict[int, dict[str, int]] = {}
    for customers in (60, 400):
        house = build(tmp_path_factory.mktemp(f"house{customers}"), clock=SteppedClock(NOW))
        crowd(house, customers)
        browser = signed_in(house)
        count = [0]
        event.listen(
            house.store.engine, "before_cursor_execute", lambda *_, count=count: count.__setitem__(0, count[0] + 1)
        )
        found[customers] = {}
        for path in PAGES:
            # What is made once in the life of a process is made now.
            browser.get(path)
            count[0] = 0
            assert browser.get(path).status == 200
            found[customers][path] = count[0]
        page = browser.get("/cases/1")
        count[0] = 0
        assert browser.send(page, "/cases/1/resolve", resolution="paid").status == 200
        found[customers][RESOLVE] = count[0]
        house.store.close()
    return found


@pytest.mark.parametrize("path", [*PAGES, RESOLVE])
def test_a_page_asks_the_store_as_often_with_many_customers_as_with_few(
    asked: dict[int, dict[str, int]], path: str
) -> None:
    few, many = asked[60][path], asked[400][path]
    assert few == many
    # A closed case is two requests: the deed, and the page of the next one.
    assert many <= (60 if path == RESOLVE else 50)
