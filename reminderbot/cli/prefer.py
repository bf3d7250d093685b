"""`reminderbot prefer`: what is settled for one customer, whatever the ledger or the settings say."""

from __future__ import annotations

import click

from reminderbot.cli.line import Line, actor
from reminderbot.cli.show import as_json, emit, say
from reminderbot.core.customer import Customer, Preference
from reminderbot.desk.find import one_customer
from reminderbot.desk.preference import change
from reminderbot.house import House
from reminderbot.store import preference

_RULES = "rules"


@click.command("prefer")
@click.argument("customer")
@click.option("--ladder", metavar="SEGMENT|rules", help="The segment whose ladder they climb; rules: as they say.")
@click.option("--language", metavar="LANGUAGE|ledger", help="The language we write in; ledger: what that says.")
@click.option("--texts/--no-texts", default=None, help="Whether they may ever be sent a text message.")
@click.option("--collector", metavar="NAME|nobody", help="Who takes care of what needs a person.")
@as_json
@click.pass_obj
def prefer_command(
    line: Line,
    customer: str,
    ladder: str | None,
    language: str | None,
    texts: bool | None,
    collector: str | None,
    as_json: bool,
) -> None:
    """Settle for one customer how we write to them; without options, show what is settled."""
    changes: dict[str, str | bool] = {}
    for field, word, none in (
        ("segment", ladder, _RULES),
        ("language", language, "ledger"),
        ("collector", collector, "nobody"),
    ):
        if word is not None:
            changes[field] = "" if word == none else word
    if texts is not None:
        changes["never_sms"] = not texts
    with line.house() as house:
        back = None
        if changes:
            done = change(house, actor(), customer, changes)
            who, chosen, back = done.customer, done.preference, done.undo.undo_id
        else:
            who, chosen = _look(house, customer)
    if as_json:
        emit({"customer_id": who.customer_id, "customer": who.name, "settled": chosen, "undo": back})
        return
    _tell(who, chosen)
    if back is not None:
        say(f"To take it back: reminderbot case undo {back}")


def _look(house: House, words: str) -> tuple[Customer, Preference]:
    with house.store.reading() as connection:
        who = one_customer(connection, words)
        return who, preference.get(connection, who.customer_id)


def _tell(who: Customer, chosen: Preference) -> None:
    ladder = f"by '{chosen.segment}'" if chosen.segment else "as the rules say"
    language = f"in {chosen.language}" if chosen.language else "in the language of the ledger"
    texts = ", never by text message" if chosen.never_sms else ""
    say(f"{who.name} is reminded {ladder}, {language}{texts}.")
    if chosen.collector:
        say(f"{chosen.collector} takes care of what needs a person.")
