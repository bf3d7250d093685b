"""A folder in memory: what is durable, and when, is proved by crashes elsewhere; the rest need not wait for a disk."""

from __future__ import annotations

import os
from pathlib import Path

_SHARED = Path("/dev/shm")
# None where the machine has none: then it is the usual folder for what is temporary.
FOLDER = _SHARED if os.access(_SHARED, os.W_OK) else None
