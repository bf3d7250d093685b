"""The whole line with the installed command: an invoice file, a letter in a real mailbox, a reply that pauses it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.shop import Shop
from tests.servers.world import MailWorld

# A Tuesday, eight days after the due date; in the past, since Dovecot takes no mail from the future.
TUESDAY = datetime(2026, 3, 3, 11, tzinfo=UTC)
INVOICE = "INV-1042,C1,2026-01-23,2026-02-23,GBP,1250.00,open"


@pytest.fixture
def shop(tmp_path: Path, mail_world: MailWorld) -> Shop:
    made = Shop(tmp_path / "shop", mail_world, TUESDAY, [INVOICE])
    made.open()
    made.command("import")
    made.command("go-live", "--yes")
    made.command("run", "--once")
    return made


def weekdays(first: datetime, days: int) -> list[datetime]:
    return [at for n in range(days) if (at := first + timedelta(days=n)).weekday() < 5]


def test_a_promise_pauses_until_its_day_and_a_payment_ends_it(shop: Shop) -> None:
    letters = shop.letters()
    assert len(letters) == 1, "3 March: the gentle letter has arrived"
    assert b"INV-1042" in letters[0]
    assert b"1,250.00" in letters[0]

    shop.hear("I'll pay on Friday.", TUESDAY + timedelta(hours=2))
    shop.day(TUESDAY + timedelta(hours=3))
    told = shop.why("INV-1042")
    assert [p["due_on"] for p in told["promises"]] == ["2026-03-06"]
    # Friday, and Monday and Tuesday for the bank.
    assert [h["until"][:10] for h in told["holds"]] == ["2026-03-11"]
    assert "promised to pay by 2026-03-06" in shop.command("why", "INV-1042")

    for at in weekdays(TUESDAY + timedelta(days=1), 5):
        shop.day(at)
    shop.payments.append("P1,C1,INV-1042,2026-03-06,GBP,1250.00,payment")
    for at in weekdays(TUESDAY + timedelta(days=6), 30):
        shop.day(at)
    assert shop.letters() == letters, "paid: nothing went out again"
    assert shop.cases() == []


@pytest.mark.timeout(600)
def test_a_dispute_opens_a_case_and_is_followed_by_ninety_silent_days(shop: Shop) -> None:
    letters = shop.letters()
    assert len(letters) == 1
    shop.hear("Half the boxes were damaged, we will not pay for those.", TUESDAY + timedelta(hours=2))
    shop.day(TUESDAY + timedelta(hours=3))
    case = shop.cases()[0]
    assert case["kind"] == "dispute"
    assert "damaged" in case["words"]

    for at in weekdays(TUESDAY + timedelta(days=1), 90):
        shop.day(at)
    assert shop.letters() == letters
    assert "dispute" in shop.command("why", "INV-1042")
