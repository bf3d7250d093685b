"""Real servers for tests, started when a test first asks: each worker of pytest-xdist has its own, on free ports."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests import statements
from tests.figures import Figures, told
from tests.servers.chromium import Chromium
from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix
from tests.servers.postgres import Postgres
from tests.servers.tls import Authority
from tests.servers.world import BUSINESS, CUSTOMERS, PASSWORD, MailWorld

# How long an example takes says more about the machine than about us; benchmarks measure time.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
statements.compile_once()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority nobody else trusts."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def dovecot(authority: Authority) -> Iterator[Dovecot]:
    """A running Dovecot; add a user of your own with `add_user`."""
    server = Dovecot(authority)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="session")
def _world(dovecot: Dovecot, authority: Authority) -> Iterator[MailWorld]:
    for user in (BUSINESS, *CUSTOMERS):
        dovecot.add_user(user, PASSWORD)
    postfix = Postfix(dovecot, (BUSINESS, *CUSTOMERS), authority)
    try:
        postfix.start()
        yield MailWorld(dovecot, postfix, authority)
    finally:
        postfix.remove()


@pytest.fixture
def mail_world(_world: MailWorld) -> MailWorld:
    """Postfix and Dovecot with a business and three customers, all their mailboxes empty."""
    _world.empty()
    return _world


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL."""
    server = Postgres()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def postgres_url(postgres: Postgres) -> str:
    """The SQLAlchemy URL of a fresh, empty PostgreSQL database."""
    return postgres.create_database()


# Not for the session: Playwright keeps an event loop running in this thread, and nobody else could run one meanwhile.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    """A running Chromium."""
    browser = Chromium()
    try:
        yield browser
    finally:
        browser.end()


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    """What this test lives through is told at the end of the run, with its bound."""
    return Figures(request)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [each for outcome in ("passed", "failed") for each in terminalreporter.stats.get(outcome, ())]
    if lines := told(reports):
        terminalreporter.section("lived through without harm")
        terminalreporter.write_line("\n".join(lines))
