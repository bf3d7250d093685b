"""The PDF of an invoice, where the ledger names one: a file in the ledger's own folder, and nothing else.

The name comes from a sheet that anybody at the business may have filled in: it must not lead a letter to send what
lies elsewhere on the machine.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path, PurePosixPath

# With the third that base64 adds, what mail servers commonly take (10 MB).
LARGEST = 7_000_000
_BEGINS = b"%PDF-"


class NoPdf(Exception):
    """There is no PDF that could be sent."""


def read_pdf(folder: Path, name: str) -> bytes:
    """The bytes of the PDF called `name` below `folder`; NoPdf with a sentence where it is none, or lies elsewhere."""
    if not name.strip():
        raise NoPdf("the ledger names no PDF for it (column pdf)")
    handle = _open(folder, _parts(name), name)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise NoPdf(f"{name} is no file")
    with os.fdopen(handle, "rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise NoPdf(f"{name} is larger than {LARGEST // 1_000_000} MB, which many mail servers do not take")
    if not content.startswith(_BEGINS):
        raise NoPdf(f"{name} is no PDF: its first bytes say so")
    return content


def _parts(name: str) -> tuple[str, ...]:
    path = PurePosixPath(name.strip().replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or "\0" in name or not path.parts or ":" in path.parts[0]:
        raise NoPdf(f"{name!r} does not lie in the ledger's folder: write its path from there, like pdf/INV-1042.pdf")
    return path.parts


def _open(folder: Path, parts: tuple[str, ...], name: str) -> int:
    """Step by step from the folder, through no link: neither file nor folder on the way may be exchanged for one."""
    # Without waiting: a pipe somebody put there would keep us for ever.
    plain = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for place, part in enumerate(parts):
            more = os.O_DIRECTORY if place + 1 < len(parts) else 0
            try:
                there = os.open(part, plain | more, dir_fd=here)
            finally:
                os.close(here)
            here = there
    except (OSError, ValueError) as error:
        raise NoPdf(f"{name} cannot be read in the ledger's folder ({_said(error)})") from None
    return here


def _said(error: OSError | ValueError) -> str:
    if not isinstance(error, OSError):
        return "that is no name of a file"
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    # What O_NOFOLLOW says of a link, and O_DIRECTORY of one.
    if error.errno in (errno.ELOOP, errno.ENOTDIR):
        return "it is a link, or leads through one: put the file itself there"
    return error.strerror or "unknown"
