"""Collects everything wrong or noteworthy in the ledger's files, so that it is all told at once."""

from __future__ import annotations

from collections.abc import Sequence

# Nobody reads further; what is beyond is counted.
SHOWN = 50
_SEEN_LENGTH = 40


class LedgerMistakes(ValueError):
    """The ledger was not taken in and nothing has changed; each sentence says what is wrong, where, and the cure."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = tuple(sentences)


class Findings:
    """Sentences of one kind: the first fifty, and how many more there were."""

    def __init__(self) -> None:
        self.count = 0
        self._shown: list[str] = []

    def add(self, sentence: str) -> None:
        self.count += 1
        if len(self._shown) < SHOWN:
            self._shown.append(sentence)

    def sentences(self, what: str) -> tuple[str, ...]:
        """The sentences, closed by a count of `what` (a plural) that are not shown."""
        left = self.count - len(self._shown)
        return (*self._shown, f"And {left} more {what}.") if left else tuple(self._shown)


class Report:
    """What reading found: mistakes refuse the whole export, notes are told and go on."""

    def __init__(self) -> None:
        self.mistakes = Findings()
        self.notes = Findings()

    def refuse_if_mistaken(self) -> None:
        """Raise all mistakes at once, if there are any."""
        if self.mistakes.count:
            raise LedgerMistakes(self.mistakes.sentences("mistakes"))


def seen(cell: str) -> str:
    """`cell` as it can be shown in a sentence: quoted, short, and what cannot be seen made visible."""
    short = cell if len(cell) <= _SEEN_LENGTH else cell[: _SEEN_LENGTH - 3] + "..."
    visible = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in short)
    return f'"{visible}"'
