"""What a person asked for cannot be done."""

from __future__ import annotations


class Refused(Exception):
    """The text is one sentence: what stands in the way and what to do. Nothing was changed."""
