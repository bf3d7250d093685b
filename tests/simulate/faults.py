"""What goes wrong around the program: it stands still, the mailbox is deaf, the ledger late or broken, a relay slow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from tests.oracle.evidence import Meaning
from tests.simulate import letters
from tests.simulate.words import Said
from tests.stories.world import OUR_ADDRESS

if TYPE_CHECKING:
    from tests.simulate.life import Life

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
# How long each lasts.
_OUTAGES = (_HOUR, 6 * _HOUR, _DAY, 3 * _DAY, 9 * _DAY, 40 * _DAY, 200 * _DAY, 365 * _DAY)
_SHORT = (timedelta(minutes=10), _HOUR, 6 * _HOUR, _DAY, 4 * _DAY)


class _Faults:
    def __init__(self, life: Life, name: str = "faults") -> None:
        self.life = life
        self.dice = Random(f"{name} {life.business.seed}")

    def every(self, days: float, act: Callable[[], None]) -> None:
        """About once in so many days."""
        at = self.life.clock.now() + timedelta(days=self.dice.expovariate(1 / days))
        if at < self.life.business.ends:
            self.life.at(at, lambda: self._again(days, act))

    def _again(self, days: float, act: Callable[[], None]) -> None:
        if not self.life.is_off:
            act()
        self.every(days, act)

    def _lasting(self, lengths: tuple[timedelta, ...], end: Callable[[], None]) -> timedelta:
        length = self.dice.choice(lengths) * self.dice.uniform(0.5, 1)
        self.life.at(self.life.clock.now() + length, end)
        return length

    def outage(self) -> None:
        """The program does not run."""
        life = self.life
        life.is_off = True
        began = life.clock.now()

        life.outages.append((began, life.business.ends))

        def end() -> None:
            life.is_off = False
            life.outages[-1] = (began, life.clock.now())
            life.restart()
            life.back_again()

        length = self._lasting(_OUTAGES, end)
        life.tell(f"outage: {'months' if length > 30 * _DAY else 'days' if length > _DAY else 'hours'}")

    def deafness(self) -> None:
        """The mailbox cannot be read, or the carrier's list."""
        life = self.life
        which = self.dice.choice((life.post, life.texts_in)) if life.business.has_texts else life.post
        if which.down:
            return
        which.down = "nobody answers"
        place, began = len(life.deaf), life.clock.now()
        if which is life.post:
            life.deaf.append((began, life.business.ends))

        def end() -> None:
            which.down = ""
            life.hears_again()
            if which is life.post:
                life.deaf[place] = (began, life.clock.now())

        self._lasting(_SHORT, end)
        life.tell(f"deaf: {'mailbox' if which is life.post else 'texts'}")

    def late_books(self) -> None:
        """Nobody exports the ledger."""
        life = self.life
        life.office.is_late = True

        def end() -> None:
            life.office.is_late = False

        self._lasting((2 * _DAY, 5 * _DAY, 12 * _DAY), end)
        life.tell("ledger: late")

    def broken_books(self) -> None:
        """The next export breaks off in the middle."""
        self.life.office.breaks_next_export = True

    def silent_server(self) -> None:
        """The mail server or the carrier cannot be reached."""
        end_of = self.dice.choice((self.life.post_office, self.life.carrier))
        end_of.down = True

        def end() -> None:
            end_of.down = False

        self._lasting(_SHORT, end)
        self.life.tell("server: down")

    def slow_server(self) -> None:
        """Every message takes long."""
        end_of = self.dice.choice((self.life.post_office, self.life.carrier))
        end_of.slow = self.dice.choice((5.0, 30.0, 90.0, 300.0))

        def end() -> None:
            end_of.slow = 0.2

        self._lasting((_DAY, 9 * _DAY), end)
        self.life.tell("server: slow")

    def stop(self) -> None:
        """Somebody stops all sending for a while."""
        self.life.desk.stop()
        self._lasting((_HOUR, _DAY, 15 * _DAY), self.life.desk.go_live)

    def pause(self) -> None:
        """Somebody asks for a pause of a customer."""
        self.life.desk.pause(self.dice.choice(list(self.life.people)))

    def patience(self) -> None:
        """Somebody is given another ladder, or is left in peace until a day."""
        key = self.dice.choice(list(self.life.people))
        if self.dice.random() < 0.5:
            self.life.desk.pause_until(key, self.dice.randint(1, 40))
            return
        names = [segment.name for segment in self.life.business.rules.segments]
        self.life.desk.choose(key, self.dice.choice(("", *names)))

    def telephone(self) -> None:
        """Somebody calls a customer who owes something, for no reason of the program's."""
        owing = [key for key, person in self.life.people.items() if person.owing()]
        if owing:
            self.life.desk.calls(self.dice.choice(owing))

    def meanwhile(self) -> None:
        """Something happens to a customer while a message to them waits, those that were tried before first."""
        key = self.life.waiting_for()
        if key is None:
            return
        person = self.life.people[key]
        match self.dice.choice(("moves", "pays", "pays in part", "disputed")):
            case "moves":
                person.moves()
            case "pays":
                person.pay(self.dice.choice(person.owing() or [""]))
            case "pays in part":
                number = self.dice.choice(person.owing() or [""])
                person.pay(number, self.life.books.owed(number) / 3)
            case "disputed":
                self.life.office.dispute(next(iter(person.owing()), ""))
        self.life.tell("meanwhile")
        self.life.office.export(self.life.clock.now())

    def stranger(self) -> None:
        """A mail comes from somebody whom nobody knows."""
        life = self.life
        said = Said("Our new catalogue is out. Order now!", frozenset({Meaning.OTHER}))
        sender = f"news{life.heard}@shop.example"
        raw = letters.answer(None, said, sender, OUR_ADDRESS, life.clock.now(), life.heard, "plain", "Great offers")
        life.mail_in(raw, said, None, sender)


def plan_faults(life: Life) -> None:
    """Spread the troubles of this business over its years."""
    found = _Faults(life)
    found.every(90, found.stranger)
    found.every(250, found.stop)
    found.every(20, found.meanwhile)
    found.every(200, found.pause)
    # By dice of its own, so that the lives of before stay much as they were.
    choices = _Faults(life, "choices")
    choices.every(60, choices.patience)
    choices.every(40, choices.telephone)
    if not life.business.luck:
        return
    scale = 1 / life.business.luck
    for days, act in (
        (250, found.outage),
        (80, found.deafness),
        (200, found.late_books),
        (150, found.broken_books),
        (120, found.silent_server),
        (150, found.slow_server),
    ):
        found.every(days * scale, act)
