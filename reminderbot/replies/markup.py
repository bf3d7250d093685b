"""Turns HTML into the lines a reader sees: hidden text left out, quotations marked with ">"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

# A reply is a few hundred nodes; past this it is a newsletter or an attack, and a person looks at it.
MAX_NODES = 60_000
# Parsers look back over every open element: 100,000 nested <div> cost 15 s.
MAX_OPEN = 400

_SKIPPED = frozenset(
    {"script", "style", "head", "title", "template", "noscript", "svg", "object", "select", "textarea"}
)
_BLOCK_TAGS = """
p div tr li ul ol table h1 h2 h3 h4 h5 h6 blockquote pre hr section article header footer center dl dt dd form
address body
"""
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_HIDDEN = re.compile(
    r"display:none|visibility:hidden|mso-hide:all|opacity:0(?![.\d])|font-size:0(?![.\d])|max-height:0(?![.\d])"
    r"|(?<![-\w])color:(?:transparent|white|#fff(?:fff)?(?![0-9a-f]))|text-indent:-\d{3}"
    r"|(?<![-\w])(?:left|top|right|margin-left):-\d{3}"
)
_HIDING_CLASS = re.compile(
    r"\.[\w-]{1,60}\s{0,9}\{[^{}]{0,400}(?:display\s{0,9}:\s{0,9}none|font-size\s{0,9}:\s{0,9}0)"
)
# Outlook for the web and for phones put these before the mail that is answered.
_ANSWERED = frozenset({"divrplyfwdmsg", "appendonsend", "mail-editor-reference-message-container"})
_QUOTING_CLASSES = ("yahoo_quoted", "protonmail_quote", "gmail_quote_old", "zmail_extra", "moz-forward-container")

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]{0,20})")
# These need no closing tag.
_UNCLOSED_TAGS = "p li td tr th tbody thead dd dt option br hr img meta link input col wbr area base html body"
_UNCLOSED = frozenset(_UNCLOSED_TAGS.split())

_OPEN, _CLOSE, _BREAK = "\x01", "\x02", "\n"
# Stands before words that are struck through: whoever reads them must not take them for said.
_STRUCK = "\u0336"


def to_text(markup: str) -> tuple[str, tuple[str, ...]]:
    """The visible lines of `markup`, and what a person should know about what was left out."""
    if _nests_too_deeply(markup):
        return "", ("the HTML is nested too deeply to be read",)
    problems = ["parts of the mail may be hidden by a style sheet"] if _HIDING_CLASS.search(markup) else []
    root = LexborHTMLParser(markup).root
    pieces: list[str] = []
    for number, piece in enumerate(_walk(root) if root else ()):
        if number > MAX_NODES:
            problems.append("the HTML is too large to be read to its end")
            break
        pieces.append(piece)
    return _lines("".join(pieces)), tuple(problems)


def _nests_too_deeply(markup: str) -> bool:
    """True where more elements are open at once than any mail program writes."""
    still_open: dict[str, int] = {}
    total = 0
    for closing, name in _TAG.findall(markup):
        tag = name.lower()
        if tag in _UNCLOSED:
            continue
        if not closing:
            still_open[tag] = still_open.get(tag, 0) + 1
            total += 1
        elif still_open.get(tag):
            still_open[tag] -= 1
            total -= 1
        if total > MAX_OPEN:
            return True
    return False


def _walk(root: LexborNode) -> Iterator[str]:
    """The pieces of text in reading order, with marks for line ends and quotations; no recursion, however deep."""
    todo: list[LexborNode | str] = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, str):
            yield node
            continue
        if node.next is not None and node is not root:
            todo.append(node.next)
        tag = (node.tag or "").lower()
        if tag == "-text":
            yield re.sub(r"[\x00-\x20]+", " ", (node.text_content or "").translate(_MARKS))
        elif tag == "br":
            yield _BREAK
        elif tag in _SKIPPED or tag.startswith(("-", "!", "_")) or _is_hidden(node):
            yield ""
        else:
            before, after = _around(node, tag)
            todo.append(after)
            if node.child is not None:
                todo.append(node.child)
            yield before


_MARKS = {1: None, 2: None}


def _around(node: LexborNode, tag: str) -> tuple[str, str]:
    attributes = node.attributes
    if (attributes.get("id") or "").lower() in _ANSWERED:
        return "\n-----Original Message-----\n", _BREAK
    if _is_quotation(tag, attributes):
        return _BREAK + _OPEN, _BREAK + _CLOSE
    if tag in ("td", "th"):
        return "", " "
    if tag in ("s", "strike", "del"):
        return _STRUCK, ""
    return (_BREAK, _BREAK) if tag in _BLOCKS else ("", "")


def _is_quotation(tag: str, attributes: dict[str, str | None]) -> bool:
    style = (attributes.get("style") or "").replace(" ", "").lower()
    # Gmail's "indent more" makes a blockquote of the writer's own words: border:none.
    if tag == "blockquote":
        return "border:none" not in style
    return any(name in (attributes.get("class") or "") for name in _QUOTING_CLASSES)


def _is_hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    if not attributes:
        return False
    style = re.sub(r"\s+", "", (attributes.get("style") or "")[:2000]).lower()
    return "hidden" in attributes or bool(
        style and _HIDDEN.search(style) and "background" not in style.split("color")[0]
    )


def _lines(marked: str) -> str:
    lines: list[str] = []
    depth = 0
    for line in marked.split(_BREAK):
        depth += line.count(_OPEN)
        words = line.replace(_OPEN, "").replace(_CLOSE, "").replace("\xa0", " ").strip()
        lines.append((">" * min(depth, 9) + " " + words) if depth and words else words)
        depth -= line.count(_CLOSE)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
