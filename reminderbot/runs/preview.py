"""The preview run: in draft mode, writes every planned reminder as a letter to look at; nothing leaves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from reminderbot.channels.dry_run import DryRun
from reminderbot.compose.errors import LetterError
from reminderbot.compose.facts import NothingOwed
from reminderbot.compose.headers import UnsafeMessage
from reminderbot.core.delivery import Accepted
from reminderbot.house import House
from reminderbot.runs.write import write
from reminderbot.store import letter_version, outbox, said


@dataclass(slots=True)
class Previewed:
    """What was written where."""

    folder: Path
    letters: int = 0
    troubles: list[str] = field(default_factory=list)


def preview_once(house: House) -> Previewed:
    """Write what would be sent, as it would be sent; letters of an earlier preview that are no longer planned go."""
    done = Previewed(house.dry_run_folder)
    now = house.clock.now()
    folder = DryRun(house.dry_run_folder)
    if trouble := folder.open():
        done.troubles.append(trouble.why)
        return done
    for old in house.dry_run_folder.iterdir():
        if old.name.endswith((".eml", ".sms.txt")):
            old.unlink()
    with house.store.reading() as connection:
        rows = outbox.planned(connection)
        # Also a wording that does not count yet is to be looked at.
        rulings = replace(letter_version.rulings(connection, now), counts_from={})
        for start in range(0, len(rows), 100):
            chunk = rows[start : start + 100]
            ids = list({row.customer_id for row in chunk})
            facts = house.gatherer.gather(connection, ids, now)
            threads = said.threads(connection, ids)
            for row in chunk:
                known = facts[row.customer_id]
                items = [item for item in known.account.items if item.invoice.number in row.lists]
                try:
                    made = write(
                        house,
                        row,
                        known,
                        items,
                        threads.get(row.customer_id, ()),
                        row.not_before,
                        timedelta(hours=4),
                        rulings,
                    )
                except (LetterError, NothingOwed, UnsafeMessage) as error:
                    done.troubles.append(f"'{row.tier}' for {row.customer_id} cannot be written: {error}")
                    continue
                outcome = folder.send(made.message)
                if isinstance(outcome, Accepted):
                    done.letters += 1
                else:
                    done.troubles.append(outcome.why)
    return done
