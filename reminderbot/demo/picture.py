"""Draws the demo's summary for the README: `python -m reminderbot.demo.picture docs/demo.svg`."""

from __future__ import annotations

import re
import sys
import tempfile
from io import StringIO
from pathlib import Path

from rich.console import Console

from reminderbot.demo.show import play
from reminderbot.demo.summary import WIDTH, Summary, show

# A picture fetches nothing: whoever has no Fira Code sees another fixed-width font.
_FONT_FACES = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)


def svg(summary: Summary) -> str:
    """The summary as it looks in a terminal."""
    paper = Console(file=StringIO(), record=True, width=WIDTH, force_terminal=True, color_system="truecolor")
    show(summary, paper)
    # A name of its own for the style of each picture would differ with every release of rich.
    drawn = paper.export_svg(title="reminderbot demo", unique_id="demo")
    return "\n".join(line.rstrip() for line in _FONT_FACES.sub("", drawn).splitlines()) + "\n"


def main(path: Path) -> int:
    """Let the demo run without a word and draw its end; 1 where a law was broken, and nothing is drawn then."""
    with tempfile.TemporaryDirectory(prefix="reminderbot-demo-") as made:
        silent = Console(file=StringIO())
        found, _, _, troubles = play(silent, Path(made) / "installation", slowly=False)
    if found.broken or troubles:
        sys.stderr.write("\n".join((*troubles, *found.broken)) + "\n")
        return 1
    path.write_text(svg(found), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
