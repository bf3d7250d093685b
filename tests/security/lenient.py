"""How receivers that are less strict than RFC 5321 read what lay on the wire: where each of them sees a message end."""

from __future__ import annotations

import re
from dataclasses import dataclass

# What real servers have taken for the end of a message (CVE-2023-51764, -51765, -51766 and their like).
ENDS = {
    "RFC 5321": rb"\r\n\.\r\n",
    "LF alone": rb"\r?\n\.\r?\n",
    "LF, dot, CRLF": rb"\n\.\r\n",
    "CRLF, dot, LF": rb"\r\n\.\n",
    "CR alone": rb"\r\n?\.\r\n?",
    "anything": rb"[\r\n\x85\0]+\.[\r\n\x85\0]+",
}


@dataclass(frozen=True)
class Seen:
    """The commands outside of messages, and the messages."""

    commands: tuple[bytes, ...]
    messages: tuple[bytes, ...]

    def recipients(self) -> list[bytes]:
        return [line for line in self.commands if line.upper().startswith(b"RCPT")]


def read(wire: bytes, end: bytes) -> Seen:
    """`wire`, all that one client wrote, as a server sees it for which `end` ends a message beside the right one."""
    commands: list[bytes] = []
    messages: list[bytes] = []
    at = 0
    while found := re.compile(rb"\r\n|\n|\r").search(wire, at):
        line, at = wire[at : found.start()], found.end()
        commands.append(line)
        if line.upper() == b"DATA":
            # The line end before the first line of the message counts as its own.
            closing = re.compile(rb"\r\n\.\r\n|" + end).search(wire, at - len(found[0]))
            assert closing, "a message never ended"
            messages.append(wire[at : closing.start()])
            at = closing.end()
    return Seen(tuple(commands), tuple(messages))
