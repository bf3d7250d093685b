"""customers.csv: who owes, and how they can be reached.

A row that is wrong refuses the export, with two exceptions: an address or number that cannot be used, and a consent
without its proof. Both leave the customer without them and are told, for one typing error in an address must not keep
today's payments of everybody else from being known.
"""

from __future__ import annotations

from reminderbot.core.customer import Consent, Contact, Customer
from reminderbot.ledger import csv_addresses, csv_cells
from reminderbot.ledger.csv_report import Report
from reminderbot.ledger.csv_row import Lines, Row
from reminderbot.ledger.csv_table import Sheet, Table

CUSTOMERS = Sheet(
    required=("customer_id", "name", "email"),
    optional=(
        "contact_name", "phone", "language", "time_zone", "country", "region", "group",
        "sms_consent", "sms_consent_on", "sms_consent_how",
    ),
)  # fmt: skip


def read_customers(table: Table, report: Report) -> tuple[tuple[Customer, ...], Lines]:
    """The customers, and all ids seen: also those of rows that are wrong, so that one mistake is told once."""
    ids = Lines()
    columns = CUSTOMERS.columns
    return tuple(_customer(Row(table.name, n, columns, cells, report), n, ids) for n, cells in table.rows), ids


def _customer(row: Row, line: int, ids: Lines) -> Customer:
    customer_id = row.get("customer_id", "", csv_cells.identifier)
    if customer_id:
        ids.claim(row, "customer_id", line, customer_id)
    country = row.get("country", "", csv_cells.country)
    return Customer(
        customer_id=customer_id,
        name=row.text("name", csv_cells.name),
        contact=_contact(row, country),
        language=row.get("language", "", csv_cells.language),
        time_zone=row.get("time_zone", "", csv_cells.time_zone),
        country=country,
        group=row.text("group"),
        region=row.get_or_note("region", csv_cells.region, country) or "",
    )


def _contact(row: Row, country: str) -> Contact:
    return Contact(
        name=row.text("contact_name"),
        email=row.get_or_note("email", csv_addresses.email),
        phone=row.get_or_note("phone", csv_addresses.phone, country),
        sms_consent=_consent(row),
    )


def _consent(row: Row) -> Consent | None:
    """Consent counts only with its day and how it was given: that is what has to be shown when it is contested."""
    given = row.get("sms_consent", "", csv_cells.one_of, ("yes", "no")) if row.cell("sms_consent") else ""
    given_on = row.get("sms_consent_on", None, csv_cells.day_or_none)
    how = row.text("sms_consent_how")
    if given != "yes" or row.mistaken:
        return None
    if given_on and how:
        return Consent(given_on, how)
    cure = "fill in sms_consent_on and sms_consent_how"
    row.note("sms_consent", f"does not count without when and how it was given: no text messages; {cure}")
    return None
