"""What SQLAlchemy has once compiled serves every store of a process: a daemon opens one, tests open thousands."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Engine, create_engine

from reminderbot.store import session


@cache
def compile_once() -> None:
    """From now on all SQLite stores of this process share what is compiled for a statement."""
    # A connection fills in what the dialect knows of its database; pool, file and transactions stay each engine's own.
    first = create_engine("sqlite://", **session._OURS)
    first.connect().close()

    def sharing(url: Any, **how: Any) -> Engine:
        engine = create_engine(url, **how)
        if engine.dialect.name == "sqlite":
            engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
        return engine

    session.create_engine = sharing
