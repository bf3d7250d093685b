"""Statements and case files at the desk: looked at by everybody, taken out of the house by an owner."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from reminderbot.core.event import EventKind
from reminderbot.core.user import Role
from reminderbot.house import House
from reminderbot.papers.archive import verify
from reminderbot.runs.take_ledger import take_ledger
from reminderbot.store import journal, listing
from tests.servers import poppler
from tests.web.browser import Browser, signed_in


@pytest.fixture
def who(house: House) -> str:
    """A customer who owes."""
    take_ledger(house)
    with house.store.reading() as connection:
        return listing.owing(connection)[0]


def fetched(browser: Browser, path: str, **fields: str) -> tuple[dict[str, str], bytes]:
    send = browser.client.post if fields else browser.client.get
    answer = send(path, base_url="http://127.0.0.1:8470", **({"data": fields} if fields else {}))
    assert answer.status_code == 200
    content = answer.get_data()
    answer.close()
    return {name.lower(): value for name, value in answer.headers.items()}, content


def test_a_statement_is_looked_at_and_kept_as_a_pdf(house: House, who: str) -> None:
    carl = signed_in(house, "carl", Role.COLLECTOR)
    page = carl.get(f"/papers/statement/{who}")
    assert f"/papers/statement/{who}" in carl.get(f"/customers/{who}").links()
    assert "Statement of account" in page.text
    assert "Balance" in page.text

    (link,) = [link for link in page.links() if "statement-pdf" in link]
    headers, pdf = fetched(carl, link)
    assert (headers["content-type"], headers["x-content-type-options"]) == ("application/pdf", "nosniff")
    assert headers["content-disposition"].startswith('attachment; filename="statement-')
    assert "Statement of account" in poppler.text(pdf)


def test_a_statement_of_a_day_before_is_asked_for_by_its_day(house: House, who: str) -> None:
    carl = signed_in(house, "carl", Role.COLLECTOR)

    assert "31 Oct 2026" in carl.get(f"/papers/statement/{who}?at=2026-10-31").text.replace(
        "Oct 31, 2026", "31 Oct 2026"
    )
    assert "has not come yet" in carl.get(f"/papers/statement/{who}?at=2027-01-01").text
    assert "is no day" in carl.get(f"/papers/statement/{who}?at=soon").text


def test_an_owner_makes_the_case_file_with_a_button(house: House, who: str, tmp_path: Path) -> None:
    owner = signed_in(house)
    form = owner.get(f"/customers/{who}").form(f"/papers/file/{who}")

    headers, archive = fetched(owner, f"/papers/file/{who}", **form.fields)

    assert headers["content-disposition"].startswith('attachment; filename="case-file-')
    (tmp_path / "a.zip").write_bytes(archive)
    found = verify(tmp_path / "a.zip")
    assert found.faults == ()
    assert "case-file.pdf" in zipfile.ZipFile(io.BytesIO(archive)).namelist()
    with house.store.reading() as connection:
        (kept,) = journal.of_kinds(connection, who, [EventKind.FILED], 9)
    assert found.manifest is not None
    assert (kept.actor, kept.data["manifest"]) == ("olive", found.manifest.digest)
    assert headers["x-manifest-sha256"] == found.manifest.digest


def test_a_collector_takes_no_case_file_out_of_the_house(house: House, who: str) -> None:
    owner, carl = signed_in(house), signed_in(house, "carl", Role.COLLECTOR)
    form = owner.get(f"/customers/{who}").form(f"/papers/file/{who}")

    assert not [one for one in carl.get(f"/customers/{who}").forms() if "/papers/file/" in one.action]
    fields = form.fields | {
        "csrf_token": carl.get(f"/customers/{who}").form(f"/customers/pause/{who}").fields["csrf_token"]
    }
    assert carl.post(f"/papers/file/{who}", fields).status == 403
