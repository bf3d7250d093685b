"""What the carrier reports of texts that it took: proves that they were made, and acts on those that failed.

A report comes by itself where there is a public address, and is asked for a while later where none came.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row

from reminderbot.channels.twilio import LookupFailedError, blame_of
from reminderbot.core.delivery_report import UNREACHABLE_MOST, DeliveryReport, is_out_of_reach
from reminderbot.core.event import Event, EventKind
from reminderbot.core.ladder import Channel
from reminderbot.house import House
from reminderbot.logs import log
from reminderbot.runs.settle import lay_blame, opt_out
from reminderbot.store import contact, delivery_report, journal, ledger, outbox, uncertain

# Most reports come within seconds: nobody is asked before, and hardly any comes after a day.
FIRST_ASKED = timedelta(minutes=10)
LAST_ASKED = timedelta(days=1)
# In one go: each is a request of its own.
MOST_ASKED = 20


def take_delivery_report(house: House, number: int, report: DeliveryReport) -> bool:
    """Act on a report about reminder `number`; False where that is no text of ours."""
    now = house.clock.now()
    with house.store.writing() as connection:
        row = outbox.get(connection, number)
        if row is None or row.channel != Channel.SMS.value or not row.attempts:
            return False
        if delivery_report.note(connection, number, report, now):
            uncertain.prove(connection, row, report.reference, now)
            if report.is_final:
                _finish(connection, row, report, now)
    return True


def take_opt_out(house: House, number: str) -> None:
    """Heed that a number's owner told the carrier to stop, in whatever word it takes for that."""
    with house.store.writing() as connection:
        opt_out(connection, number, house.gatherer.hash_of(number), house.clock.now())


def _finish(connection: Connection, row: Row[Any], report: DeliveryReport, now: datetime) -> None:
    """The last word on a text: kept for people, and where it failed, for the number or the channel."""
    told = _told(report) if report.is_failure else report.status
    outbox.remark(connection, row.reminder_id, told)
    data = {"reminder": row.reminder_id, "status": report.status, "code": report.code}
    journal.record(connection, Event(EventKind.REPORTED, now, "reminderbot", row.customer_id, data))
    if not report.is_failure:
        return
    if blame := blame_of(report.code):
        lay_blame(connection, row, blame, told, now)
    elif is_out_of_reach(delivery_report.newest_codes(connection, row.recipient_hash, UNREACHABLE_MOST)):
        why = f"the last {UNREACHABLE_MOST} text messages did not reach their telephone"
        contact.close(connection, row.recipient_hash, Channel.SMS, contact.DEAD, why, row.customer_id, now)
    ledger.review(connection, [row.customer_id], now)


def _told(report: DeliveryReport) -> str:
    named = f" (https://www.twilio.com/docs/errors/{report.code})" if report.code else ""
    return f"Twilio took the text and could not deliver it{named}"


def ask_for_delivery_reports_once(house: House) -> int:
    """Ask the carrier about texts that nothing was heard of; gives how many it told of."""
    if house.delivery_reports is None:
        return 0
    now = house.clock.now()
    with house.store.reading() as connection:
        unfinished = delivery_report.unfinished(connection, now - LAST_ASKED, now - FIRST_ASKED)
    asked = {row.reference: row.reminder_id for row in islice(_due(unfinished, now), MOST_ASKED)}
    told = 0
    try:
        for report in house.delivery_reports(tuple(asked)) if asked else ():
            told += take_delivery_report(house, asked[report.reference], report)
    except LookupFailedError as error:
        # It is asked again at the next turn.
        log("delivery_reports_not_read", why=str(error))
    return told


def _due(rows: Iterable[Row[Any]], now: datetime) -> Iterable[Row[Any]]:
    """Those whose age has doubled since somebody looked: asked often at first, then ever more seldom."""
    for row in rows:
        age = (row.looked_at or row.claimed_at) - row.claimed_at
        if now - row.claimed_at >= 2 * age:
            yield row
