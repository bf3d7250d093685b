"""Reads one letter as its owner wrote it: text, names from the schema and {% if %}; anything else is a mistake.

Jinja's own sandbox is not enough (its documentation says so), so the parsed letter is held against a list of what
is allowed before anything of it is run: no calls, loops, arithmetic, attributes, items, includes or macros.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from reminderbot.compose.errors import BadLetter, Mistake
from reminderbot.compose.schema import FACTS, Fact, Shown
from reminderbot.compose.slots import FILTERS, MARK, Slot, Values

# A letter of four pages; what is longer is no reminder.
MOST_CHARS = 16_000

# A line of {% if ... %}, {% else %} or {% endif %} alone; its line end is moved inside the last of them.
_ONLY_TAGS = re.compile(r"^[ \t]*((?:\{%[^%\n]*%\}[ \t]*)*\{%[^%\n]*)%\}[ \t]*\n", re.MULTILINE)

_CURES = {
    "For": "loops are not for letters: {{ items }} is the whole list of invoices",
    "Call": "nothing can be called in a letter",
    "Getattr": "a name cannot be taken apart with a dot",
    "Getitem": "a name cannot be taken apart with brackets",
    "Const": "write words and figures without {{ }}",
    "CondExpr": "write {% if name %}...{% else %}...{% endif %}",
}
_ALLOWED = "allowed are {{ name }}, {{ name|default('...') }} and {% if name %}...{% else %}...{% endif %}"


@dataclass(frozen=True, slots=True)
class Wording:
    """A piece of a letter that was found to be in order, ready to be filled in."""

    template: Template
    # The names whose being filled or empty changes the wording.
    decisive: tuple[str, ...]

    def key(self, values: Values) -> tuple[bool, ...]:
        """Which of the wording's variants these values call for."""
        return tuple([bool(values[name]) for name in self.decisive])

    def variant(self, values: Values) -> str:
        """The wording for these values, with slots where they will stand."""
        return self.template.render({name: Slot(name, bool(value)) for name, value in values.items()})


def read_wording(source: str, names: Mapping[str, Fact] = FACTS, first_line: int = 1) -> Wording:
    """A checked piece of a letter; BadLetter with all its mistakes otherwise."""
    if len(source) > MOST_CHARS:
        raise BadLetter([Mistake(first_line, f"the letter is longer than {MOST_CHARS} characters: shorten it")])
    if MARK in source:
        raise BadLetter([Mistake(first_line, f"'{MARK}' is kept for our own use: leave it out")])
    # Line numbers count from the top of the file; a line that holds nothing but {% ... %} leaves no empty line behind.
    source = "\n" * (first_line - 1) + _ONLY_TAGS.sub(r"\1\n%}", source)
    try:
        tree = _environment().parse(source)
        found = list(_wrong(tree, names))
        if found:
            raise BadLetter(found)
        template = _environment().from_string(source)
    except TemplateSyntaxError as error:
        raise BadLetter([Mistake(error.lineno, f"{error.message}: {_ALLOWED}")]) from None
    except RecursionError:
        raise BadLetter([Mistake(first_line, "it is nested too deeply: make it simpler")]) from None
    return Wording(template, tuple(sorted(set(_decisive(tree)))))


def fingerprint(*sources: str) -> str:
    """The version of a letter: a hash of everything that makes up its wording."""
    return hashlib.sha256("\0".join(sources).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _wrong(node: nodes.Node, names: Mapping[str, Fact]) -> Iterator[Mistake]:
    match node:
        case nodes.Template(body=body):
            inner = list(body)
        case nodes.Output(nodes=shown):
            yield from (mistake for piece in shown for mistake in _wrong_output(piece, names))
            return
        case nodes.If(test=test, body=body, elif_=others, else_=otherwise):
            yield from _wrong_test(test, names)
            inner = [*body, *others, *otherwise]
        case _:
            yield _refused(node)
            return
    for child in inner:
        yield from _wrong(child, names)


def _wrong_output(node: nodes.Node, names: Mapping[str, Fact]) -> Iterator[Mistake]:
    match node:
        case nodes.TemplateData():
            return
        case nodes.Name(name=name) if name in names and names[name].shown is Shown.FLAG:
            yield Mistake(node.lineno, f"{{{{ {name} }}}} is only true or false: use it in {{% if {name} %}}")
        case nodes.Name(name=name):
            yield from _unknown(name, node.lineno, names)
        case nodes.Filter(name=name, node=inner, args=args, kwargs=[], dyn_args=None, dyn_kwargs=None) if inner:
            yield from _wrong_filter(name, args, node.lineno)
            yield from _wrong_output(inner, names)
        case _:
            yield _refused(node)


def _wrong_filter(name: str, args: list[nodes.Expr], line: int) -> Iterator[Mistake]:
    if name == "default":
        if not (len(args) == 1 and isinstance(args[0], nodes.Const) and isinstance(args[0].value, str)):
            yield Mistake(line, "write default with one text in quotes: {{ contact_name|default('there') }}")
    elif name not in FILTERS or args:
        yield Mistake(line, f"no such filter as '{name}': there are {', '.join(FILTERS)} and default('...')")


def _wrong_test(node: nodes.Node, names: Mapping[str, Fact]) -> Iterator[Mistake]:
    match node:
        case nodes.Name(name=name):
            yield from _unknown(name, node.lineno, names)
        case nodes.Not(node=inner):
            yield from _wrong_test(inner, names)
        case nodes.And(left=left, right=right) | nodes.Or(left=left, right=right):
            yield from _wrong_test(left, names)
            yield from _wrong_test(right, names)
        case _:
            yield Mistake(node.lineno, "an if may only ask for names, with not, and, or: {% if has_pay_url %}")


def _unknown(name: str, line: int, names: Mapping[str, Fact]) -> Iterator[Mistake]:
    if name in FACTS and name not in names:
        yield Mistake(line, f"{{{{ {name} }}}} cannot stand here: there are {', '.join(names)}")
    elif name not in names:
        near = difflib.get_close_matches(name, names, 1, 0.5)
        cure = f"did you mean {{{{ {near[0]} }}}}?" if near else f"there are {', '.join(names)}"
        yield Mistake(line, f"unknown variable {{{{ {name} }}}}: {cure}")


def _refused(node: nodes.Node) -> Mistake:
    kind = type(node).__name__
    return Mistake(node.lineno, f"{_CURES.get(kind, f'{kind} is not for letters')}; {_ALLOWED}")


def _decisive(node: nodes.Node) -> Iterator[str]:
    for test in node.find_all(nodes.If):
        yield from (name.name for name in (test.test, *test.test.find_all(nodes.Name)) if isinstance(name, nodes.Name))
    for change in node.find_all(nodes.Filter):
        if change.name == "default":
            yield from (name.name for name in change.find_all(nodes.Name))


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    # Not HTML yet: what is made here is Markdown with slots, and values are escaped where they are put in.
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    environment.globals.clear()
    environment.tests.clear()
    environment.filters.clear()
    for name, (code, _) in FILTERS.items():
        environment.filters[name] = lambda slot, code=code: slot.changed(code) if isinstance(slot, Slot) else slot
    environment.filters["default"] = lambda slot, instead: slot or instead
    return environment
