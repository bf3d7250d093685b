"""The daemon: short ticks by APScheduler, a listener that waits for mail, signals, and signs of life for systemd.

What is due lives in the store; a tick only looks. A job that fails is logged and runs again at its next tick.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import select
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from reminderbot.clock import elapsed, since_boot
from reminderbot.core.delivery import unquoted
from reminderbot.core.inbound import InboxUnavailable
from reminderbot.desk.digest import digest
from reminderbot.door import mode
from reminderbot.house import House
from reminderbot.logs import log, log_bug
from reminderbot.runs.alert import alert_once
from reminderbot.runs.canary import canary_once
from reminderbot.runs.clock import remember_time
from reminderbot.runs.deliver import deliver_once
from reminderbot.runs.delivery_report import ask_for_delivery_reports_once
from reminderbot.runs.digest import digest_once
from reminderbot.runs.listen import Listener
from reminderbot.runs.look_again import look_again_once
from reminderbot.runs.plan import plan_once
from reminderbot.runs.reconcile import reconcile_once
from reminderbot.runs.recover import begin, recover
from reminderbot.runs.take_ledger import take_ledger
from reminderbot.runs.urgent import urgent_once
from reminderbot.store.lock import only_one
from reminderbot.systemd import notify, watchdog_seconds

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler

# How long a message in flight is waited for at the end; afterwards it is uncertain, and systemd is not kept waiting.
LAST_WORD = 4.0
# How long afterwards the ticks are waited for, which may hang on a dead network.
LEAVING = 0.4
TICK = 5
# The service manager starts whoever ends with it anew.
LOST_LOCK = 1
# Ticks that stay away for so long mean that the machine slept.
ASLEEP = 60.0
_SILENT_AFTER_SECONDS = 300.0


class Bell:
    """What signals ask of the process; one for its whole life, so that none is lost between two settings.

    A signal may come while a lock is held: its handler takes none, it only rings.
    """

    def __init__(self) -> None:
        self.ending = False
        self.again = False
        self.status = 0
        # Never closed: the number of a closed pipe may be the database's when the next signal comes.
        self._bell, self._button = os.pipe()
        for side in (self._bell, self._button):
            os.set_blocking(side, False)

    def end(self, status: int = 0) -> None:
        """Ask the process to end, with this status."""
        self.ending, self.status = True, status
        self._ring()

    def reload(self) -> None:
        """Ask it to read its settings again."""
        self.again = True
        self._ring()

    def rung(self, seconds: float) -> bool:
        """Wait for so long at most; whether anything is asked by then."""
        if not self.ending and not self.again:
            select.select([self._bell], [], [], seconds)
        return self.ending or self.again

    def answer_reload(self) -> None:
        """Forget what was asked so far, except the end: a signal from now on asks anew."""
        self.again = False
        with contextlib.suppress(BlockingIOError):
            os.read(self._bell, 1 << 16)

    def _ring(self) -> None:
        # A full pipe rings as well.
        with contextlib.suppress(BlockingIOError):
            os.write(self._button, b"!")


class Daemon:
    """One installation at work until it is told to end or to read its settings again."""

    def __init__(self, house: House, bell: Bell) -> None:
        self.house = house
        self._bell = bell
        self._door = Listener(house)
        self._alone = False
        self._ticking = 0
        self._still = threading.Condition()
        self._waking = threading.Lock()
        self._ticked_at = since_boot()
        self._woke_at = -ASLEEP
        self._heard_at = elapsed()
        self._ledger_seen: tuple[tuple[str, float, int], ...] = ()
        self._ledger_glimpsed: tuple[tuple[str, float, int], ...] = ()
        self._inbox_down = False
        self._has_looked = False

    def serve(self) -> None:
        """Work until the bell rings."""
        self._begin()
        scheduler = self._scheduler()
        ear = threading.Thread(target=self._listen, name="listen", daemon=True)
        scheduler.start()
        ear.start()
        pages = serve_pages(self.house)
        notify("READY=1", f"STATUS={self._status()}")
        self._keep_alive(ear, scheduler)
        self.house.ending.set()
        notify("STOPPING=1")
        scheduler.shutdown(wait=False)
        self._wind_down(ear)
        if pages is not None:
            # At a reload the next pages want the same port.
            pages.join(timeout=2)
        log("ended")

    def _begin(self) -> None:
        # After a reload a message may still be in the hands of before: they settle it, and nothing is sent meanwhile.
        self._alone = self.house.sending_lock.acquire(blocking=False)
        again, uncertain = begin(self.house, alone=self._alone)
        if self._alone:
            self.house.sending_lock.release()
        log("started", planned_again=again, uncertain=uncertain)

    def _wind_down(self, ear: threading.Thread) -> None:
        """Give a message in flight and a reply that is being read a moment to come to their end."""
        until = elapsed() + LAST_WORD
        # What is still there then will be uncertain at the end of the process, and never sent twice.
        if self.house.sending_lock.acquire(timeout=LAST_WORD):
            self.house.sending_lock.release()
        ear.join(max(0.0, until - elapsed()))
        with self._still:
            # Closed with nobody in it, the store leaves no log behind.
            self._still.wait_for(lambda: not self._ticking, LEAVING)
        self._door.close()

    def _scheduler(self) -> BackgroundScheduler:
        from apscheduler.executors.pool import ThreadPoolExecutor
        from apscheduler.schedulers.background import BackgroundScheduler

        from reminderbot.ticks import Ticks

        scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(4)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        ticks: tuple[tuple[str, Callable[[], None], int], ...] = (
            ("clock", self.watch_clock, TICK),
            ("ledger", self.take_ledger, 5),
            ("plan", self.plan, 5),
            ("deliver", self.deliver, 5),
            ("reconcile", self.reconcile, 120),
            ("look again", self.look_again, 300),
            ("delivery reports", self.ask_for_delivery_reports, 300),
            ("alert", self.alert, 60),
            ("urgent", self.tell_urgent, 5),
            ("digest", self.tell_digest, 5),
            ("lock", self.watch_lock, TICK),
        )
        for name, job, seconds in ticks:
            trigger = Ticks(seconds=seconds, timezone="UTC")
            scheduler.add_job(self._guarded(name, job), trigger, id=name, next_run_time=_soon())
        return scheduler

    def _guarded(self, name: str, job: Callable[[], None]) -> Callable[[], None]:
        def tick() -> None:
            with self._counted():
                if self.house.ending.is_set():
                    return
                try:
                    self._notice_sleep()
                    job()
                except InboxUnavailable as error:
                    # The listener has said it, and tries again.
                    if not self._inbox_down:
                        log("inbox_unavailable", run=name, why=str(error))
                except Exception as error:
                    log_bug("run_failed", error, run=name)

        return tick

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        with self._still:
            self._ticking += 1
        try:
            yield
        finally:
            with self._still:
                self._ticking -= 1
                self._still.notify_all()

    def _notice_sleep(self) -> None:
        """Before anything is done after a sleep, whoever is called first: hold for a tick and look around."""
        with self._waking:
            now = since_boot()
            gap, self._ticked_at = now - self._ticked_at, now
            if gap > ASLEEP:
                self._woke_at = now
                remember_time(self.house, slept=f"the machine slept or stood still for {gap / 60:.0f} minutes")

    # ---- the ticks

    def watch_clock(self) -> None:
        # The round that noticed a sleep is the one that is held; the next one ends the doubt.
        if since_boot() - self._woke_at > TICK / 2:
            remember_time(self.house)

    def watch_lock(self) -> None:
        """End where the lock is gone: begun anew, one gets it back, or is told who has it by now."""
        owner = self.house.store.owner
        with self.house.store.reading() as connection:
            if owner is None or owner.stands(connection):
                return
        log(
            "lock_lost",
            path=str(owner.path),
            cure="see that only one reminderbot runs on this store, and start it anew",
        )
        self._bell.end(LOST_LOCK)

    def take_ledger(self) -> None:
        """Take the ledger in when its files have changed."""
        from reminderbot.ledger.csv_report import LedgerMistakes

        seen, glimpsed = _files(self.house), self._ledger_glimpsed
        self._ledger_glimpsed = seen
        # A file that is still being written differs from one tick to the next.
        if not seen or seen == self._ledger_seen or seen != glimpsed:
            return
        try:
            taken = take_ledger(self.house)
        except LedgerMistakes as error:
            # The sentences quote the ledger, so they are for `reminderbot import`, not for the log.
            log("ledger_refused", mistakes=len(error.sentences), cure="run `reminderbot import` to read them")
        else:
            log("ledger_taken_in", held=bool(taken.held))
        self._ledger_seen = seen

    def plan(self) -> None:
        while not self.house.ending.is_set() and plan_once(self.house):
            pass

    def deliver(self) -> None:
        with self.house.sending_lock:
            if self.house.ending.is_set():
                return
            if not self._alone:
                recover(self.house)
                self._alone = True
            canary_once(self.house)
            done = deliver_once(self.house, self._look)
        for trouble in done.troubles:
            log("delivery_trouble", why=unquoted(trouble))
        if done.accepted or done.deferred or done.refused or done.uncertain:
            log(
                "delivered",
                accepted=done.accepted,
                deferred=done.deferred,
                refused=done.refused,
                uncertain=done.uncertain,
            )
        notify(f"STATUS={self._status()}")

    def reconcile(self) -> None:
        reconcile_once(self.house)

    def look_again(self) -> None:
        look_again_once(self.house)

    def ask_for_delivery_reports(self) -> None:
        ask_for_delivery_reports_once(self.house)

    def alert(self) -> None:
        for stop in alert_once(self.house):
            log("owners_told", stop=stop.kind)

    def tell_urgent(self) -> None:
        for case_id in urgent_once(self.house):
            log("owners_told", case=case_id)

    def tell_digest(self) -> None:
        # After a night without power the inbox would only seem to be in trouble.
        if self._has_looked and (told := digest_once(self.house, digest)):
            log("digest_sent", owners=told)

    def _look(self) -> None:
        self._door.look()

    # ---- listening

    def _listen(self) -> None:
        """Wait for mail and act on it within seconds; a dead connection is made anew."""
        listener = Listener(self.house)
        pause = 1.0
        while not self.house.ending.is_set():
            self._heard_at = elapsed()
            try:
                listener.look()
                pause, self._inbox_down, self._has_looked = 1.0, False, True
                listener.wait(self.house.poll_seconds, self.house.ending)
            except InboxUnavailable as error:
                if not self._inbox_down:
                    log("inbox_unavailable", run="listen", why=str(error))
                self._inbox_down = self._has_looked = True
                listener.close()
                self.house.ending.wait(pause)
                pause = min(pause * 2, self.house.poll_seconds)
            except Exception as error:
                log_bug("run_failed", error, run="listen")
                self.house.ending.wait(pause)
                pause = min(pause * 2, self.house.poll_seconds)
        listener.close()

    # ---- signs of life

    def _keep_alive(self, ear: threading.Thread, scheduler: BackgroundScheduler) -> None:
        every = min(watchdog_seconds() or 5.0, 5.0)
        while not self._bell.rung(every):
            _keep_ticking(scheduler)
            if ear.is_alive() and elapsed() - self._heard_at < _SILENT_AFTER_SECONDS:
                notify("WATCHDOG=1")

    def _status(self) -> str:
        with self.house.store.reading() as connection:
            return f"{mode(self.house, connection)} mode"


def _keep_ticking(scheduler: BackgroundScheduler) -> None:
    """Have ticks run that wait for a moment which a clock set back has put far ahead: the scheduler goes by it."""
    now = _soon()
    late = [job for job in scheduler.get_jobs() if job.next_run_time > now + 2 * job.trigger.interval]
    for job in late:
        job.modify(next_run_time=now)
    if late:
        scheduler.wakeup()


def serve_pages(house: House) -> threading.Thread | None:
    """Serve the status page, where one is wanted."""
    if house.listen is None:
        return None
    from reminderbot.web.app import serve

    return serve(house, house.listen)


def _soon() -> datetime:
    from reminderbot.clock import SystemClock

    return SystemClock().now()


def _files(house: House) -> tuple[tuple[str, float, int], ...]:
    """Name, time and size of the ledger's files: what tells that there is a new export."""
    folder = house.ledger_folder
    if not folder.is_dir():
        return ()
    found = ((path.name, path.stat()) for path in sorted(folder.glob("*.csv")))
    return tuple((name, stat.st_mtime, stat.st_size) for name, stat in found)


def run_forever(load: Callable[[], House]) -> int:
    """Be the service: SIGTERM and SIGINT end it, SIGHUP reads the settings again, SIGUSR2 stops all sending.

    `load` builds the installation from its settings; where that fails at a reload, the old settings stay.
    """
    house, bell = load(), Bell()
    with only_one(house.store) as owner:
        while not bell.ending:
            _heed(house, bell)
            Daemon(house, bell).serve()
            # Whoever wants the end wants it also in the middle of a reload.
            if not bell.ending:
                bell.answer_reload()
                house = reloaded(house, load)
                house.store.owner = owner
        # SQLite takes its log in with the last connection; left behind, it would be played onto a restored backup.
        house.store.close()
        # Threads that hang on a dead network must not keep systemd waiting.
        os._exit(bell.status)


def reloaded(house: House, load: Callable[[], House]) -> House:
    """The installation by its settings of now, or by the old ones where those of now are refused."""
    notify("RELOADING=1")
    try:
        # Those of before may still be at work on an answer or a message.
        fresh = dataclasses.replace(load(), triage_lock=house.triage_lock, sending_lock=house.sending_lock)
        _refuse_another_store(house, fresh)
    except Exception as error:
        log("reload_refused", why=str(error).splitlines()[0] if str(error) else type(error).__name__)
        return dataclasses.replace(house, ending=threading.Event())
    house.store.close()
    return fresh


class AnotherStore(Exception):
    """The settings name another store or state folder, whose lock is not ours: restart the service for that."""


def _refuse_another_store(house: House, fresh: House) -> None:
    old, new = house.store, fresh.store
    if (old.folder, old.engine.url) != (new.folder, new.engine.url):
        new.close()
        raise AnotherStore(AnotherStore.__doc__)


def _heed(house: House, bell: Bell) -> None:
    signal.signal(signal.SIGTERM, lambda *_: bell.end())
    signal.signal(signal.SIGINT, lambda *_: bell.end())
    signal.signal(signal.SIGHUP, lambda *_: bell.reload())
    # The file works even where the store is busy or broken.
    signal.signal(signal.SIGUSR2, lambda *_: house.stop_file.touch())
