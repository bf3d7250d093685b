"""`reminderbot demo`: the real program on embedded servers, with invented customers and a fast clock."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from reminderbot.demo.evidence import Evidence
    from reminderbot.demo.recognise import Letters
    from reminderbot.demo.summary import Summary

KEPT_IN = Path("demo-letters")
_SERVERS = {"aiosmtpd", "pymap", "proxyprotocol"}


def main(fast: bool, folder: Path | None = None, letters: Path | None = None) -> int:
    """Live through a quarter, show it, and check every law on what the servers received.

    The installation lies in `folder`, or in a temporary one that goes away; the letters received are kept in `letters`.
    0: every law was kept. 1: one was broken, or the bot could not do its work. 2: the demo could not begin.
    """
    from rich.console import Console

    console = Console(highlight=False)
    try:
        return _demo(console, fast, folder, letters or KEPT_IN)
    except KeyboardInterrupt:
        console.print("\nStopped.")
        return 130
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _SERVERS:
            raise
        return _cannot(f"The mail servers of the demo are not installed ({missing}): pip install 'reminderbot[demo]'")


def _cannot(why: str) -> int:
    sys.stderr.write(f"{why}\n")
    return 2


def _demo(console: Console, fast: bool, folder: Path | None, kept_in: Path) -> int:
    from reminderbot.config import ConfigMistakes
    from reminderbot.demo import keepsakes, summary
    from reminderbot.desk.setup import CannotSetUp
    from reminderbot.store.session import StoreUnusable

    try:
        keepsakes.prepare(kept_in)
        with _somewhere(folder) as place:
            found, evidence, letters, troubles = play(console, place, slowly=console.is_terminal and not fast)
    except (CannotSetUp, ConfigMistakes, StoreUnusable, keepsakes.CannotKeep) as error:
        return _cannot(str(error))
    count = keepsakes.keep(kept_in, evidence, letters)
    console.print()
    summary.show(found, console)
    for line in (*troubles, *found.broken):
        console.print(f"[bold red]![/] {line}", soft_wrap=True)
    console.print(f" The {count} messages, as the servers received them: {kept_in}", soft_wrap=True)
    if folder is not None:
        console.print(f" The installation: {folder} (its servers are gone now)", soft_wrap=True)
    return 1 if troubles or found.broken else 0


@contextmanager
def _somewhere(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="reminderbot-demo-") as made:
        yield Path(made) / "installation"


def play(console: Console, folder: Path, *, slowly: bool) -> tuple[Summary, Evidence, Letters, list[str]]:
    """Start the servers, set up an installation in `folder` and let a quarter go by."""
    from reminderbot.clock import SteppedClock
    from reminderbot.demo.agree import agree
    from reminderbot.demo.books import Books
    from reminderbot.demo.installation import install
    from reminderbot.demo.laws import judge
    from reminderbot.demo.people import ACCOUNTS, OUR_NUMBER, START, cast
    from reminderbot.demo.post_office import PostOffice
    from reminderbot.demo.quarter import Quarter
    from reminderbot.demo.recognise import Letters
    from reminderbot.demo.story import Story
    from reminderbot.demo.summary import sum_up
    from reminderbot.demo.twilio_standin import TwilioStandIn
    from reminderbot.demo.world import World
    from reminderbot.desk.setup import shipped_templates

    people, clock = cast(), SteppedClock(START)
    known = tuple(person.party.email for person in people if not person.unknown)
    letters = Letters(shipped_templates() / "en")
    with PostOffice(clock, ACCOUNTS, known) as post, TwilioStandIn(clock, (OUR_NUMBER,)) as twilio:
        house = install(folder, post, twilio, clock)
        world = World(people, Books(house.ledger_folder, people), post, twilio, letters)
        with Story(console, world.evidence.parties, slowly=slowly) as story:
            quarter = Quarter(house, clock, world, story)
            quarter.live_through()
        verdicts = [*judge(world.evidence, letters), *agree(house, world.evidence, letters)]
        found = sum_up(house, world.evidence, letters, verdicts, clock.now())
        house.store.close()
    return found, world.evidence, letters, quarter.troubles
