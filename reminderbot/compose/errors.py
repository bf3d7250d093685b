"""Why a letter could not be made; each says where, and the cure."""

from __future__ import annotations

from dataclasses import dataclass


class LetterError(ValueError):
    """No letter could be made."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a letter, on which line, and the cure."""

    line: int
    what: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}"


class BadLetter(LetterError):
    """A letter cannot be used as it is written; `mistakes` says where and why."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("; ".join(map(str, mistakes)))
        self.mistakes = mistakes


class NoLetter(LetterError):
    """The letter does not exist in any of the languages asked for."""


class TooLong(LetterError):
    """The letter came out too long to be sent."""


class EmptyValue(LetterError):
    """The letter names something that is not known of this customer."""

    def __init__(self, name: str) -> None:
        cure = f"put {{% if {name} %}}...{{% endif %}} around it, or write {{{{ {name}|default('...') }}}}"
        super().__init__(f"{{{{ {name} }}}} is empty for this customer: {cure}")


class UnfitLetter(LetterError):
    """The letter says what no customer should read, or leaves out what every letter must say."""
