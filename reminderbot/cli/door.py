"""What stands before all sending, gathered for the commands that show it."""

from __future__ import annotations

from collections.abc import Iterable

from reminderbot.cli.show import say
from reminderbot.core.stop import Mode, Stop

MODES = {
    Mode.DRAFT: "draft: nothing leaves, letters are only shown",
    Mode.APPROVE: "approve: a message leaves after your yes",
    Mode.LIVE: "live: messages leave by themselves",
}


def tell_stops(stops: Iterable[Stop]) -> None:
    """Each stop with its cure."""
    for stop in stops:
        say(f"  ! {stop.told}")
        say(f"    {stop.cure}")


def stop_json(stop: Stop) -> dict[str, object]:
    return {"kind": stop.kind, "why": stop.why, "cure": stop.cure, "since": stop.since}
