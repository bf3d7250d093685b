"""Turns a letter's Markdown, with slots in it, into the moulds of its text part and its HTML part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from reminderbot.compose.schema import Shown
from reminderbot.compose.slots import NAMES, NBSP, Hole, Part, Slot, Values, fill_text, html_parts, parts

# RFC 5322 advises 78; mail programs quote with "> ", sometimes twice.
WIDTH = 72
_BLOCKS = {str(Slot(name, True)): name for name, fact in NAMES.items() if fact.shown is Shown.BLOCK}


class Misplaced(ValueError):
    """A value stands where it cannot be shown."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{{{{ {name} }}}} {why}")
        self.name = name


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or list item of the text part: one list of parts for each line the owner broke."""

    lines: tuple[tuple[Part, ...], ...]
    first: str = ""
    indent: str = ""
    # Follows the block before it without an empty line.
    tight: bool = False
    # A list of invoices, or lines in a fence: as it is.
    verbatim: bool = False
    # Wrapped once and for all, where no value stands in it.
    ready: str = ""

    def text(self, values: Values) -> str:
        """The block with its values, wrapped."""
        if self.verbatim:
            return fill_text(self.lines[0], values)
        return self.ready or self.wrapped(values)

    def wrapped(self, values: Values) -> str:
        """Its lines with the values, none longer than WIDTH where words allow it."""
        written = [fill_text(line, values) for line in self.lines]
        leads = [self.first, *[self.indent] * (len(written) - 1)]
        return "\n".join([_wrap(text, lead, self.indent) for text, lead in zip(written, leads, strict=True) if text])


@dataclass(frozen=True, slots=True)
class Mould:
    """One variant of a letter, read once: both parts, with holes for the values."""

    html: tuple[Part, ...]
    blocks: tuple[Block, ...]

    def text(self, values: Values) -> str:
        """The plain text with its values, ending in one line end."""
        whole = ""
        for block in self.blocks:
            written = block.text(values)
            if written:
                whole += ("\n" if block.tight else "\n\n") * bool(whole) + written
        return whole.replace(NBSP, " ") + "\n"


def mould(source: str) -> Mould:
    """Markdown with slots as a mould; Misplaced where a slot cannot stand where it does."""
    return Mould(tuple(_html(source)), tuple(_blocks(_markdown().parse(source))))


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    # No HTML from owners, and no pictures: nothing in a letter may be fetched from elsewhere.
    return MarkdownIt("commonmark", {"html": False}).disable(["image", "html_block", "html_inline"])


def _html(source: str) -> list[Part]:
    html = _markdown().render(source)
    for marker in _BLOCKS:
        alone = html.split(f"<p>{marker}</p>\n")
        if any(marker in rest for rest in alone):
            raise Misplaced(_BLOCKS[marker], "must stand alone, with an empty line before and after it")
        html = marker.join(alone)
    pieces = html_parts(html)
    for before, piece in zip(["", *pieces], pieces, strict=False):
        if isinstance(piece, Hole):
            _refuse_in_tag(str(before), piece)
    return pieces


def _refuse_in_tag(before: str, hole: Hole) -> None:
    in_tag = before.rfind("<") > before.rfind(">")
    opening = {Shown.URL: 'href="', Shown.EMAIL: 'href="mailto:'}.get(NAMES[hole.name].shown)
    if in_tag and not (opening and before.endswith(opening)):
        raise Misplaced(hole.name, "cannot be a link: [words]({{ pay_url }}) can")


def _blocks(tokens: list[Token]) -> Iterator[Block]:
    # One counter a list we are in; 0 for bullets.
    lists: list[int] = []
    quotes, bullet, tight = 0, "", False
    for token in tokens:
        indent = "> " * quotes + "".join("   " if counter else "  " for counter in lists)
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                lists.append(int(token.attrs.get("start", 1)) if token.type.startswith("ordered") else 0)
                tight = False
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
                tight = False
            case "list_item_open":
                bullet = f"{lists[-1]}. " if lists[-1] else "- "
                lists[-1] += 1 if lists[-1] else 0
            case "blockquote_open":
                quotes += 1
            case "blockquote_close":
                quotes -= 1
            case "inline" if token.content in _BLOCKS:
                yield Block((tuple(parts(token.content)),), verbatim=True)
            case "inline":
                first = indent[: len(indent) - (3 if lists[-1] else 2)] + bullet if bullet else indent
                yield _readied(Block(_lines(token.children or []), first, indent, tight))
                bullet, tight = "", bool(lists)
            case "fence" | "code_block":
                yield Block((tuple(parts(token.content.rstrip("\n"))),), verbatim=True)
            case "hr":
                yield Block((("* * *",),))


def _readied(block: Block) -> Block:
    fixed = all(isinstance(part, str) for line in block.lines for part in line)
    return replace(block, ready=block.wrapped({})) if fixed else block


def _lines(children: list[Token]) -> tuple[tuple[Part, ...], ...]:
    text, href, words_from = "", "", 0
    for token in children:
        match token.type:
            case "softbreak":
                text += " "
            case "hardbreak":
                text += "\n"
            case "link_open":
                href, words_from = str(token.attrs.get("href", "")), len(text)
            case "link_close":
                address = href.removeprefix("mailto:")
                text += f" ({address})" if text[words_from:] != address else ""
            case _:
                text += token.content
    return tuple(tuple(parts(line.strip())) for line in text.split("\n"))


def _wrap(text: str, first: str, indent: str) -> str:
    if len(first) + len(text) <= WIDTH:
        return first + text
    lines, line, empty = [], first, True
    for word in text.split(" "):
        if not empty and len(line) + 1 + len(word) > WIDTH:
            lines.append(line)
            line, empty = indent, True
        line += word if empty else " " + word
        empty = False
    return "\n".join([*lines, line])
