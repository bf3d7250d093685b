"""Each customer is written to in one language: their own where there is a letter in it, else the house's."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from reminderbot.compose.render import Letters
from tests.runs.conftest import Make


def test_a_customer_is_written_to_in_their_language_or_wholly_in_the_houses(make_world: Make, tmp_path: Path) -> None:
    world = make_world("ACME", "BETA")
    folder = tmp_path / "own-letters"
    shutil.copytree(world.house.letters.folder, folder)
    shutil.rmtree(folder / "fr")
    world.house = replace(world.house, letters=Letters(folder, settled_after=0))
    world.change_customer("ACME", language="es-ES")
    world.change_customer("BETA", language="fr")
    world.export()
    world.take_ledger()

    world.deliver()

    spanish, english = (" ".join(sent.text.split()) for sent in sorted(world.sent, key=lambda sent: sent.lists))
    assert "Buenos días" in spanish
    assert "Vencía el 5 mar 2027" in spanish
    assert "Hello" in english
    assert "It was due on" in english
    assert not [word for word in ("Bonjour", "mars", "Facture", "Hello", "due") if word in spanish]
    assert not [word for word in ("Bonjour", "mars", "Facture", "jours") if word in english]
