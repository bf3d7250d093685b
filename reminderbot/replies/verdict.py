"""Decides whether a failed delivery means a dead address (hard) or a passing obstacle (soft).

The words decide before the code: "550 5.1.1" is also said of spam, and "5.2.2" of a full mailbox. Where no word is
known, the code decides by what its class is about (RFC 3463 section 3.2, RFC 5321 section 4.2.1).
"""

from __future__ import annotations

import re

from reminderbot.replies.machines import says, words_of

# Enhanced codes that speak of the address, where the words do not.
# 5.1.x addressing, 5.2.1 mailbox disabled, 5.4.x network: nobody there; 5.7.13 account disabled (RFC 7372, 5248).
_DEAD = re.compile(r"5\.(?:1\.\d+|2\.1|4\.\d+|7\.13)$")
# A new server may answer next week what it answers today: system, protocol, content, policy.
_OURS = re.compile(r"5\.[23567]\.\d+$")
# 5.1.7, 5.1.8 sender's address; 5.4.5 congestion; 5.4.6 loop; 5.4.14 loop (Exchange).
_SENDERS = frozenset({"5.1.7", "5.1.8", "5.4.5", "5.4.6", "5.4.14"})
_FULL = frozenset({"5.2.2", "4.2.2", "5.2.3"})
# 450, 451 ... and the replies about commands and transactions; 550, 551 and 553 are about the mailbox.
_PASSING_REPLY = re.compile(r"4\d\d|50\d|52[1-4]|552|554")


def is_hard(action: str, code: str, reply: str, diagnostic: str, text: str, title: str = "") -> bool:
    """Whether the address is of no use any more.

    `action` is RFC 3464's ("failed", "delayed"), `code` the enhanced status, `reply` the SMTP reply code, `diagnostic`
    what the refusing server said, `text` what the reporting one says about it under the subject `title`; each may be
    empty.
    """
    said, told = words_of(diagnostic), words_of(text)
    # "550 5.7.1 rejected by policy", and above it: "has blocked you for good".
    if says("failure.for_good", told):
        return True
    if code in _FULL or says("failure.full", said) or says("failure.full", told):
        return False
    if action == "delayed" or (not action and says("failure.pending", f"{words_of(title)},{told}")):
        return False
    for words in (said, told):
        verdict = _by_words(words, action, code)
        if verdict is not None:
            return verdict
    return _by_code(action, code, reply)


def _by_words(words: str, action: str, code: str) -> bool | None:
    for group, verdict in (
        ("sender", False),
        ("for_good", True),
        ("asleep", False),
        ("gone", True),
        ("gave_up", True),
        ("refused", False),
        ("restricted", True),
        ("unreached", True),
    ):
        if says(f"failure.{group}", words):
            return verdict
    if says("failure.rejected", words) and code.startswith("5"):
        # Office 365: "550 5.4.1 Recipient address rejected: Access denied" is said of an unknown recipient.
        return bool(_DEAD.match(code))
    if says("failure.passing", words):
        # "Try again later", and yet it has failed: the server has tried for days.
        return action == "failed" and code.startswith("4")
    return None


def _by_code(action: str, code: str, reply: str) -> bool:
    if code in _SENDERS:
        return False
    if code.startswith("4"):
        return action == "failed"
    if _DEAD.match(code):
        return True
    # 5.0.0 says nothing; the plain reply code may.
    return not (_OURS.match(code) or _PASSING_REPLY.fullmatch(reply))
