"""The process that hands a few words to a service by apprise; what it logs or leaves hanging ends with it."""

from __future__ import annotations

import sys

import msgspec

from reminderbot.core.notice import Pushed


class Request(msgspec.Struct, frozen=True):
    """Where to, and the words; without words the address is only looked at."""

    address: str
    title: str = ""
    words: str = ""


def answer(request: Request) -> Pushed:
    """Push, or look whether one could."""
    try:
        from apprise import Apprise, AppriseAsset
        from apprise.common import NotifyFormat
    except ImportError:
        return Pushed.MISSING
    # Nobody is asked but whom the owners named, and nobody is told whose program it is that sends.
    asset = AppriseAsset(
        app_id="reminderbot", app_desc="reminderbot", app_url="", image_url_mask="", image_url_logo="",
        http_redirects=False, async_mode=False,
    )  # fmt: skip
    service = Apprise.instantiate(request.address, asset=asset, suppress_exceptions=True)
    if service is None or isinstance(service, str):
        return Pushed.UNKNOWN
    if not request.words:
        return Pushed.TAKEN
    everybody = Apprise(service, asset=asset)
    taken = everybody.notify(title=request.title, body=request.words, body_format=NotifyFormat.TEXT)
    return Pushed.TAKEN if taken else Pushed.FAILED


def main() -> None:
    """Answer the one request on standard input."""
    sys.stdout.write(answer(msgspec.json.decode(sys.stdin.buffer.read(), type=Request)))


if __name__ == "__main__":
    main()
