"""Where the sender's words end; and that nothing the sender meant ends with them."""

from __future__ import annotations

import pytest

from reminderbot.replies.trim import own_words

NAMES = ("patrice", "oduya", "vusi", "ilse")
WORDS = "The check goes out on the 22nd."


def says(line: str) -> bool:
    return any(word in line.lower() for word in ("dispute", "leak", "pay", "faulty"))


@pytest.mark.parametrize(
    "below",
    [
        "Patrice Oduya\nParalegal to Daniel Whitaker\n\nWHITAKER & STEIN LLP | ATTORNEYS\nNo waiver of any dispute.",
        "Vusi\n\nFRAUD WARNING: if you have already paid into a new account, stop and phone us.",
        "xx Ilse\nline producer",
        "gr. Ilse",
        "Met de meeste hoogachting,\n\nEllen Dhaene\nBediende boekhouding\nDhaene & Smet BV - RPR Gent",
        "Un saludo y buen día,\nLuis",
        "In attesa, porgiamo cordiali saluti.",
        "Yours faithfully,\nAurelia Group\n\nAurelia Group | Disputes in writing | Payments every Friday.",
        "Kind regards\nPatrice\n\nThis message may be confidential. Faulty goods: see our terms.",
        "Zoemende groeten\nDirk\n\nGlas & Potten schreef op 2026-07-24 05:54:\n> Wilt u voor vrijdag betalen?",
        "Patrice\n\nScarica Outlook per iOS<https://aka.example/o>",
    ],
)
def test_closing_name_and_standing_text_are_not_the_senders_words(below: str) -> None:
    assert own_words(f"Dear Ms. Ruiz,\n\n{WORDS}\n\n{below}", says, NAMES).endswith(WORDS)


@pytest.mark.parametrize(
    "below",
    [
        "Kind regards\nPatrice\n\nPS the tap still leaks",
        "Patrice\n\nThe tap still leaks.",
        "Patrice\n\nThe tap by Grohtec GmbH still leaks, see https://tap.example/photo",
        "Best regards from all of us here, and please note the tap still leaks",
        "Patrice\n\nWe dispute the second line and wait for your answer.",
        "Tomei nota. Cumprimentos",
    ],
)
def test_what_the_sender_means_is_kept_below_a_name(below: str) -> None:
    assert own_words(f"{WORDS}\n\n{below}", says, NAMES).endswith(below.rpartition("\n")[2])


def test_a_mail_that_is_nothing_but_a_signature_is_kept() -> None:
    assert own_words("Kind regards\nPatrice", says, NAMES)


@pytest.mark.parametrize("above", ["On Monday, Corner Shop wrote:", "Am Montag schrieb Corner Shop:"])
def test_an_attribution_without_hour_or_address_goes_with_what_is_quoted_below_it(above: str) -> None:
    assert own_words(f"{WORDS}\n\n{above}\n> Did the bill reach you?", says, NAMES) == WORDS
    # Unmarked, what follows may be their own.
    assert "not my idea" in own_words(f"{WORDS}\n\n{above}\nThis was not my idea.", says, NAMES)
