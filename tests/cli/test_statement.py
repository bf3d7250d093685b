"""`reminderbot statement`, to read, for programs and to print."""

from __future__ import annotations

from pathlib import Path

from tests.installation import Installation
from tests.servers import poppler


def test_it_can_be_read_and_is_told_to_programs(shop: Installation) -> None:
    shop.ok("import")

    told = shop.ok("statement", "Acme")
    assert "Acme Ltd (C1), Mon 23 Nov 2026" in told
    assert "Balance  100.00 USD" in told
    (part,) = shop.json("statement", "Acme")["currencies"]
    assert (part["currency"], part["balance"], part["aging"]) == ("USD", "100.00", {"1-30": "100.00"})


def test_it_can_be_printed(shop: Installation, tmp_path: Path) -> None:
    shop.ok("import")

    shop.ok("statement", "Acme", "--pdf", str(tmp_path / "acme.pdf"))

    text = poppler.text((tmp_path / "acme.pdf").read_bytes(), "-layout")
    assert "Statement of account" in text
    assert "INV-1" in text
    assert "USD 100.00" in text
    assert "Bolt" not in text


def test_no_other_file_is_written_over(shop: Installation) -> None:
    shop.ok("import")
    settings = shop.folder / "config.toml"
    before = settings.read_text()

    refused = shop.run("statement", "Acme", "--pdf", str(settings))
    assert refused.exit_code != 0
    assert "config.toml is there already, and is no PDF: name another file." in refused.output
    assert settings.read_text() == before
    for _ in range(2):
        shop.ok("statement", "Acme", "--pdf", str(shop.folder / "acme.pdf"))
