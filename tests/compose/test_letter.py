"""What an owner may write into a letter, and what no letter can do."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from reminderbot.compose.errors import BadLetter
from reminderbot.compose.letter import MOST_CHARS, read_wording

# Every line of it does something, or costs something, in a Jinja sandbox that is not held to a list.
ESCAPES = (Path(__file__).parent / "escapes.txt").read_text("utf-8").splitlines()


@pytest.mark.parametrize("escape", ESCAPES)
def test_nothing_but_names_and_ifs_is_taken(escape: str) -> None:
    with pytest.raises(BadLetter):
        read_wording(f"Hello,\n\n{escape}\n")


@pytest.mark.parametrize(
    "bomb",
    [
        "{{ " + "(" * 7000 + "total" + ")" * 7000 + " }}",
        "{{ total" + "|upper" * 2500 + " }}",
        "{% if " + "not " * 3500 + "total %}a{% endif %}",
        "{% if total %}" * 500 + "x" + "{% endif %}" * 500,
        "{% if " + " and ".join(["total"] * 1700) + " %}a{% endif %}",
        "{%" * 7000,
        "{{" * 7000,
        " " * (MOST_CHARS - 1) + "\n{%",
        "x" * (MOST_CHARS + 1),
    ],
    ids=lambda bomb: bomb[:14],
)
def test_a_bomb_costs_no_more_than_a_second(bomb: str) -> None:
    started = time.process_time()
    try:
        read_wording(bomb)
    except BadLetter as error:
        assert error.mistakes
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("source", "line", "cure"),
    [
        (
            "Hello\n\n{{ bussiness_name }}",
            3,
            "unknown variable {{ bussiness_name }}: did you mean {{ business_name }}?",
        ),
        ("{{ totl }}", 1, "did you mean {{ total }}?"),
        ("{{ zzzzzzzz }}", 1, "there are greeting, contact_name"),
        ("a\n{% if has_payurl %}x{% endif %}", 2, "did you mean {{ has_pay_url }}?"),
        ("a\n{% if total %}\nb", 3, "Unexpected end of template"),
        ("{{ has_pay_url }}", 1, "use it in {% if has_pay_url %}"),
        ("a\n\n{% for i in items %}{{ i }}{% endfor %}", 3, "{{ items }} is the whole list"),
        ("{{ total|shout }}", 1, "no such filter as 'shout': there are upper, lower, capitalize and default"),
        ("{{ total|default(5) }}", 1, "write default with one text in quotes"),
        ("{% if total > 5 %}x{% endif %}", 1, "an if may only ask for names"),
        ("x" * (MOST_CHARS + 1), 1, "shorten it"),
        ("q7slot000x7q", 1, "leave it out"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_its_cure(source: str, line: int, cure: str) -> None:
    with pytest.raises(BadLetter) as raised:
        read_wording(source)
    assert raised.value.mistakes[0].line == line
    assert cure in raised.value.mistakes[0].what


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(BadLetter) as raised:
        read_wording("{{ one }}\n{{ total }}\n{{ two }}\n{% if three %}{% endif %}")
    assert [mistake.line for mistake in raised.value.mistakes] == [1, 3, 4]


def test_lines_are_counted_from_the_top_of_the_file_even_after_lines_of_tags() -> None:
    source = "{% if total %}\na\n{% endif %}\n{% if total %} {# why #}\nb\n  {% else %}  \nc\n{% endif %}\n{{ wrong }}"
    with pytest.raises(BadLetter) as raised:
        read_wording(source, first_line=2)
    assert [mistake.line for mistake in raised.value.mistakes] == [10]


def test_a_line_of_tags_leaves_no_empty_line_and_other_line_ends_stay() -> None:
    wording = read_wording("a\n{% if has_pay_url %}\nb\n{% else %}\nc\n{% endif %}\nd {% if total %}e{% endif %}\nf\n")
    assert wording.variant({"has_pay_url": True, "total": "1"}) == "a\nb\nd e\nf\n"
    assert wording.variant({"has_pay_url": False, "total": ""}) == "a\nc\nd \nf\n"


def test_only_names_that_decide_the_wording_tell_variants_apart() -> None:
    wording = read_wording(
        "{{ total }}{% if pay_url and not items %}{{ invoice }}{% endif %}{{ contact_name|default('x') }}"
    )
    assert wording.decisive == ("contact_name", "items", "pay_url")
