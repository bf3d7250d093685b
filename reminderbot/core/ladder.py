"""The ladder: the tiers from the courtesy notice to the last letter, and when each is due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"


class Needs(StrEnum):
    """Who must say yes before a tier's message leaves."""

    NOBODY = "nobody"
    APPROVAL = "approval"


class Task(StrEnum):
    """What a tier asks of a person instead of sending a message."""

    CALL = "call"
    REVIEW = "review"


# Patience (design law 6): no setting brings the last message before handing over nearer than this.
LAST_TIER_MIN_DAYS = 30
# Invariant 21: the smallest spacing between two tiers that can be configured.
MIN_GAP_DAYS = 3


@dataclass(frozen=True, slots=True)
class Tier:
    """One step: `days` past due (negative: before) at which it falls due."""

    name: str
    days: int
    channels: tuple[Channel, ...] = (Channel.EMAIL,)
    # The letter's file name without language and ending, e.g. "gentle".
    letter: str = ""
    needs: Needs = Needs.NOBODY
    task: Task | None = None

    @property
    def is_courtesy(self) -> bool:
        """A notice before the due date; it lapses when the invoice falls due."""
        return self.days < 0


@dataclass(frozen=True, slots=True)
class Ladder:
    """Tiers in rising order of days; see `mistakes` for what makes one unusable."""

    tiers: tuple[Tier, ...]
    # Position of the first tier with days >= 0: where every overdue invoice begins, however late.
    first_overdue: int = field(init=False, compare=False, repr=False)
    # Position of each tier by its name.
    places: Mapping[str, int] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        # Both are asked several times in every decision.
        first = next((i for i, tier in enumerate(self.tiers) if not tier.is_courtesy), len(self.tiers))
        object.__setattr__(self, "first_overdue", first)
        object.__setattr__(self, "places", {tier.name: place for place, tier in enumerate(self.tiers)})

    def index(self, name: str) -> int:
        """Position of the tier called `name`; ValueError where there is none."""
        if name not in self.places:
            raise ValueError(f"no tier is called '{name}'")
        return self.places[name]

    def spacing(self, index: int) -> int:
        """Days that must lie between the tier before `index` and it; 0 for the first."""
        return self.tiers[index].days - self.tiers[index - 1].days if index else 0

    def later(self, days: int) -> Ladder:
        """The same with every overdue tier so many days later; a courtesy before the due date stays where it is."""
        moved = (tier if tier.is_courtesy else replace(tier, days=tier.days + days) for tier in self.tiers)
        return replace(self, tiers=tuple(moved))

    def without(self, channels: Iterable[Channel]) -> Ladder:
        """The same with these channels left out."""
        left_out = frozenset(channels)
        kept = (replace(t, channels=tuple(c for c in t.channels if c not in left_out)) for t in self.tiers)
        return replace(self, tiers=tuple(kept))


def mistakes(ladder: Ladder) -> list[str]:
    """Every reason why this ladder cannot be used, as sentences; none: it can."""
    found: list[str] = []
    names = [tier.name for tier in ladder.tiers]
    if len(set(names)) != len(names):
        found.append("two tiers share a name: give each its own")
    for before, after in zip(ladder.tiers, ladder.tiers[1:], strict=False):
        if after.days - before.days < MIN_GAP_DAYS:
            found.append(
                f"tier '{after.name}' ({after.days} days) comes less than {MIN_GAP_DAYS} days after"
                f" '{before.name}' ({before.days} days): put at least {MIN_GAP_DAYS} days between tiers, rising"
            )
    if ladder.first_overdue == len(ladder.tiers):
        found.append("no tier has days of 0 or more: overdue invoices would never be reminded about")
    letters = [tier for tier in ladder.tiers if tier.task is None]
    if letters and letters[-1].days < LAST_TIER_MIN_DAYS:
        found.append(
            f"the last letter, '{letters[-1].name}', is due after {letters[-1].days} days:"
            f" customers are given at least {LAST_TIER_MIN_DAYS} days before it"
        )
    for tier in ladder.tiers:
        if tier.task is None and not tier.letter:
            found.append(f"tier '{tier.name}' has neither a letter nor a task: give it one")
        if tier.task is None and not tier.channels:
            found.append(f"tier '{tier.name}' has no channel: write channels = [\"email\"]")
        if tier.task is Task.REVIEW and tier is not ladder.tiers[-1]:
            found.append(f"tier '{tier.name}' is a review, after which a person decides: it must be the last tier")
    return found
