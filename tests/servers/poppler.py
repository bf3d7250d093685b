"""Debian's poppler: a PDF reader that is not ours says what is in a paper, and draws it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.servers import needs


def text(pdf: bytes, *options: str) -> str:
    """The words of a paper, in reading order."""
    return _run("pdftotext", [*options, "-enc", "UTF-8", "-", "-"], pdf).decode()


def info(pdf: bytes) -> dict[str, str]:
    """What the reader says about it: title, pages, whether it is tagged."""
    lines = _run("pdfinfo", ["-"], pdf).decode().splitlines()
    return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def tags(pdf: bytes) -> str:
    """Its structure, for whoever listens to it."""
    return _run("pdfinfo", ["-struct-text", "-"], pdf).decode()


def pictures(pdf: bytes, folder: Path, *, dots: int = 50) -> list[Path]:
    """Each page as a picture."""
    (folder / "paper.pdf").write_bytes(pdf)
    _run("pdftoppm", ["-r", str(dots), "-gray", str(folder / "paper.pdf"), str(folder / "page")], b"")
    return sorted(folder.glob("page*.pgm"))


def _run(name: str, options: list[str], given: bytes) -> bytes:
    done = subprocess.run([needs.binary(name, "poppler-utils"), *options], input=given, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    # It complains of what it had to mend.
    assert done.stderr == b"", done.stderr
    return done.stdout


def ink(picture: Path) -> float:
    """How much of a page is not white."""
    pixels = picture.read_bytes().split(b"255\n", 1)[1]
    return sum(1 for pixel in pixels if pixel < 128) / len(pixels)
