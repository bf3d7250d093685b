"""Two dozen stories as `why` tells them, in why_stories.txt: to be read aloud whenever a sentence changes.

python -m tests.sentences.test_why_stories writes that file anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from reminderbot.core.account import Account, OpenItem
from reminderbot.core.case import CaseKind
from reminderbot.core.contact import Reach
from reminderbot.core.customer import Contact, Customer
from reminderbot.core.dunning import decide
from reminderbot.core.facts import Facts, LastLetter
from reminderbot.core.hold import Heard, Hold, HoldKind
from reminderbot.core.invoice import Status
from reminderbot.core.ladder import Channel
from reminderbot.core.outlook import foresee
from reminderbot.core.plan import Instalment, PaymentPlan, PlanState, Standing
from reminderbot.core.stop import Mode, Stop
from reminderbot.core.telling import Barrier, Hands, Waiting, barriers, tell
from reminderbot.core.turn import Turn, TurnCode
from reminderbot.sentences.why import Teller, Whom
from reminderbot.sentences.words import words_for
from tests.core.facts import LONDON, at, days, gbp, item, reached, rules

TOLD = Path(__file__).with_name("why_stories.txt")
# A Friday; they are five hours behind.
TODAY = date(2027, 1, 8)
NOW = at(TODAY, 11)
NEW_YORK = ZoneInfo("America/New_York")
JANE = Customer(
    "ACME", "Acme Ltd", Contact("Jane Roe", "jane@acme.example", None), time_zone="America/New_York", country="US"
)
TUESDAY = at(date(2027, 1, 5), 16)


@dataclass(frozen=True)
class Story:
    """One customer at that moment, and all that stands before a letter to them."""

    items: Sequence[OpenItem]
    holds: Sequence[Hold] = ()
    who: Customer = JANE
    zone: ZoneInfo = NEW_YORK
    unapplied: Sequence[str] = ()
    contacted_at: Sequence[datetime] = ()
    closed: Sequence[tuple[Channel, str]] = ()
    follow_up: LastLetter | None = None
    plans: Sequence[Standing] = ()
    barriers: Sequence[Barrier] = ()
    hands: Hands = field(default_factory=Hands)
    cases: Sequence[CaseKind] = ()
    now: datetime = NOW

    def tell(self) -> str:
        facts = Facts(
            Account(self.who, tuple(self.items), tuple(map(gbp, self.unapplied))),
            Reach((self.zone,), tuple(self.closed), tuple(self.contacted_at)),
            tuple(self.holds), self.follow_up, plans=tuple(self.plans),
        )  # fmt: skip
        ahead = foresee(facts, RULES, self.now, self.now + days(90))
        told = tell(decide(facts, RULES, self.now), facts, ahead, RULES.of(facts), self.now, self.barriers)
        teller, whom = Teller(words_for("en"), "en-GB", LONDON, self.now), Whom(self.who, self.zone, self.hands)
        lines = [" ".join(part.sentences) for part in teller.paragraphs(told, whom)]
        numbers = [one.number for one in told.invoices]
        return "\n".join([*lines, *teller.barriers(told), *teller.also(self.cases, numbers, whom)])


RULES = rules(min_balance=Decimal(5))


def bill(number: str, late: int, tier: str = "", ago: int = 0, balance: str = "120", **more: object) -> OpenItem:
    """An invoice so many days past due, whose last letter `tier` went out so many days ago."""
    progress = reached(tier, TODAY - days(ago)) if tier else None
    return item(number, TODAY - days(late), gbp(balance), progress, **more)  # type: ignore[arg-type]  # its status


def wrote(kind: HoldKind, *invoices: str, until: datetime | None = None, by: str = "", known_by: str = "token") -> Hold:
    """A pause that Jane's own mail of Tuesday led to."""
    heard = Heard(TUESDAY, "jane@acme.example", known_by)
    return Hold(1, "ACME", kind, TUESDAY, "they wrote", invoices, until, placed_by=by, heard=heard)


def paused(kind: HoldKind, *invoices: str, until: datetime | None = None, by: str = "", why: str = "") -> Hold:
    """A pause without any words of theirs."""
    return Hold(2, "ACME", kind, at(TODAY - days(1)), why or "so it is", invoices, until, placed_by=by)


def ends(day: date) -> datetime:
    """A pause up to and with that day."""
    return at(day + days(1), 0)


PLAN = PaymentPlan(
    1, "ACME", "GBP", (("INV-1042", Decimal(120)),),
    (Instalment(date(2027, 1, 18), Decimal(60)), Instalment(date(2027, 2, 18), Decimal(60))), PlanState.AGREED, TODAY,
)  # fmt: skip
LATE = bill("INV-1042", 4)
DUE = [LATE]
PLANNED = Waiting(7, NOW, NOW, needs_yes=False)
INBOX = Stop("inbox", "the inbox was never read", "run `reminderbot check`; it says what is wrong")

STORIES: dict[str, Story] = {
    "a dispute over one of two invoices": Story(
        [bill("INV-1042", 20, "check-in", 9), bill("INV-1050", 0)], [wrote(HoldKind.DISPUTE, "INV-1042", by="olivia")]
    ),
    "a dispute, and nobody has said yet which invoice it is about": Story(
        [bill("INV-1042", 20, "check-in", 9), bill("INV-1050", 0)],
        [wrote(HoldKind.DISPUTE)], hands=Hands("olivia"), cases=[],
    ),
    "a dispute settled, not upheld": Story(
        [bill("INV-1042", 20, "check-in", 9)],
        [paused(HoldKind.DISPUTE, "INV-1042", by="olivia", until=at(date(2027, 1, 16), 0))],
    ),
    "a dispute that they were right about": Story(
        [bill("INV-1042", 20, "check-in", 9)],
        [replace(wrote(HoldKind.DISPUTE, "INV-1042", by="olivia"), upheld=True)],
    ),
    "a payment that was taken back": Story(DUE, [paused(HoldKind.RETURNED, "INV-1042")]),
    "an answer that nobody has read yet": Story(DUE, [wrote(HoldKind.REPLY)], cases=[CaseKind.QUESTION]),
    "an answer known only by its sender": Story(DUE, [wrote(HoldKind.PAID, known_by="sender")]),
    "a promise": Story(
        [bill("INV-1042", 12, "gentle", 5)], [wrote(HoldKind.PROMISE, until=ends(date(2027, 1, 19)))]
    ),
    "a promise that was not kept": Story(
        [bill("INV-1042", 12, "gentle", 9)], [paused(HoldKind.BROKEN_PROMISE)], hands=Hands("olivia")
    ),
    "says it is paid": Story(DUE, [wrote(HoldKind.PAID)]),
    "cannot pay now": Story(DUE, [wrote(HoldKind.HARDSHIP)], hands=Hands("", {"hardship": "maria"})),
    "a lawyer": Story([LATE, bill("INV-1050", -20)], [wrote(HoldKind.LEGAL)]),
    "a death": Story(DUE, [wrote(HoldKind.SENSITIVE)]),
    "away until Wednesday": Story(DUE, [wrote(HoldKind.OUT_OF_OFFICE, until=ends(date(2027, 1, 13)))]),
    "has taken note": Story(DUE, [wrote(HoldKind.ACK, until=ends(date(2027, 1, 12)))]),
    "a pause by hand with a reason": Story(
        [LATE, bill("INV-1050", 3)], [paused(HoldKind.BY_HAND, "INV-1042", by="olivia", why="the roof leaks")]
    ),
    "a pause by hand until a day, without a reason": Story(
        DUE, [paused(HoldKind.BY_HAND, by="olivia", why="olivia asked for a pause", until=ends(date(2027, 1, 29)))]
    ),
    "pays in instalments, and the next one is near": Story(
        [bill("INV-1042", 30, "options", 12)], [paused(HoldKind.PLAN, "INV-1042", by="olivia")],
        plans=[Standing(PLAN, {"INV-1042": Decimal(120)})],
    ),
    "pays in instalments": Story(
        [bill("INV-1042", 30, "options", 12), bill("INV-1050", 0)], [paused(HoldKind.PLAN, "INV-1042", by="olivia")]
    ),
    "an old debt": Story([bill("INV-0007", 120)], [paused(HoldKind.OLD_DEBT, "INV-0007")]),
    "handed to a lawyer": Story(DUE, [paused(HoldKind.HANDED_OVER, by="olivia")]),
    "our mail came back": Story(
        DUE, [wrote(HoldKind.BOUNCE)], closed=[(Channel.EMAIL, "the server refused the address")]
    ),
    "two pauses on one invoice": Story(
        [bill("INV-1042", 20, "check-in", 9), bill("INV-1050", 0)],
        [
            wrote(HoldKind.DISPUTE, "INV-1042"),
            paused(HoldKind.BY_HAND, by="olivia", why="year's end", until=ends(date(2027, 1, 15))),
        ],
    ),
    "money that nobody has matched": Story([LATE], unapplied=["200"]),
    "the books say disputed": Story([bill("INV-1042", 4, status=Status.DISPUTED), bill("INV-1050", 1)]),
    "no due date, and a few pence": Story(
        [replace(LATE, invoice=replace(LATE.invoice, due_on=None)), bill("INV-2", 40, balance="3")]
    ),
    "no address": Story(DUE, who=replace(JANE, contact=Contact("Jane Roe", None, None))),
    "they opted out": Story(DUE, closed=[(Channel.EMAIL, "they asked for no more messages")]),
    "heard from us twice this week": Story(
        [bill("INV-1042", 12, "gentle", 8)], contacted_at=[at(TODAY - days(2)), at(TODAY - days(4))]
    ),
    "it is night there": Story(DUE),
    "the last letter has been sent": Story([bill("INV-1042", 80, "review", 5)]),
    "time to telephone": Story([bill("INV-1042", 36, "firm", 8)], hands=Hands("olivia")),
    "not due for months": Story([bill("INV-1099", -150)]),
    "a friendly note before the due date": Story([bill("INV-1060", -5)]),
    "the last letter comes next": Story([bill("INV-1042", 43, "call", 7)]),
    "twenty invoices": Story([bill(f"INV-{n}", 4) for n in range(1, 21)]),
    "ready, and it leaves with the next batch": Story(DUE, now=at(TODAY, 16)),
    "ready, but the mode is draft": Story(
        DUE, now=at(TODAY, 16), barriers=barriers(Mode.DRAFT, (), replace(PLANNED, needs_yes=False), None, NOW)
    ),
    "ready, but every letter waits for a yes": Story(
        DUE, now=at(TODAY, 16), barriers=barriers(Mode.APPROVE, (), replace(PLANNED, needs_yes=True), None, NOW)
    ),
    "ready, and it can still be taken back": Story(
        DUE, now=at(TODAY, 16),
        barriers=barriers(Mode.LIVE, (), replace(PLANNED, release_at=at(TODAY, 16, 8)), None, at(TODAY, 16)),
    ),
    "ready, but the inbox could not be read": Story(
        DUE, now=at(TODAY, 16), barriers=barriers(Mode.LIVE, (INBOX,), PLANNED, None, at(TODAY, 16))
    ),
    "ready, but this hour's letters have left": Story(
        DUE, now=at(TODAY, 16),
        barriers=barriers(
            Mode.LIVE, (), PLANNED, Turn(TurnCode.HOUR_FULL, 7, at(TODAY, 16) + timedelta(minutes=15)), at(TODAY, 16)
        ),
    ),
}  # fmt: skip


def everything() -> str:
    """All stories, as the file has them."""
    return "\n".join(f"# {name}\n{story.tell()}\n" for name, story in STORIES.items())


@pytest.mark.parametrize("name", STORIES)
def test_a_story_is_told_as_it_was_read_aloud(name: str) -> None:
    written = dict(part.split("\n", 1) for part in TOLD.read_text("utf-8").removeprefix("# ").split("\n\n# "))
    assert STORIES[name].tell() == written[name].strip()


if __name__ == "__main__":
    TOLD.write_text(everything(), "utf-8")
