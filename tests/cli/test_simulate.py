"""`reminderbot simulate` and `plan`: what the next weeks bring, and what other settings would change."""

from __future__ import annotations

import json
from datetime import timedelta

from tests.installation import ACME, BOLT, BOLTON, MONDAY, Installation, bill, late

EARLY = """
[[ladder]]
name = "gentle"
days = {gentle}
[[ladder]]
name = "last"
days = 42
"""


def other(shop: Installation, more: str) -> str:
    """The shop's settings with something more, in a file of its own."""
    path = shop.folder / "config.toml"
    kept = path.read_text()
    shop.write_config(more)
    changed = path.rename(shop.folder / "other.toml")
    path.write_text(kept)
    return str(changed)


def differences(shop: Installation, more: str) -> list[tuple[str, str, str]]:
    """(customer, how it differs, the first day) of each for whom it does."""
    told = shop.json("simulate", "--change", other(shop, more))
    return [(one["customer_id"], one["how"], one["on"]) for one in told["differences"]]


def test_the_same_settings_change_nothing(shop: Installation) -> None:
    shop.ok("import")

    assert differences(shop, "") == []
    assert "nobody would hear from us otherwise" in shop.ok("simulate", "--change", other(shop, ""))


def test_an_earlier_tier_is_told_with_its_day_and_who_would_hear_then(shop: Installation) -> None:
    shop.write_config(EARLY.format(gentle=3))
    shop.ok("import")

    told = shop.ok("simulate", "--change", other(shop, EARLY.format(gentle=1)))

    assert "With this change this customer (Bolt Co) would hear from us on Mon 23 Nov 2026." in told
    assert differences(shop, EARLY.format(gentle=1)) == [("C2", "sooner", "2026-11-23")]


def test_each_way_to_differ_is_told_as_what_it_is(shop: Installation) -> None:
    shop.write_config(EARLY.format(gentle=3))
    shop.write_ledger([ACME, BOLT, BOLTON], [bill("INV-1", "C1", late(5)), bill("INV-2", "C2", late(2))])
    shop.ok("import")

    assert differences(shop, EARLY.format(gentle=10)) == [("C1", "later", "2026-11-23"), ("C2", "later", "2026-11-24")]
    renamed = EARLY.format(gentle=3).replace('"gentle"', '"check-in"')
    assert {how for _, how, _ in differences(shop, renamed)} == {"another tier"}
    assert {how for _, how, _ in differences(shop, "[sending]\nmin_balance = 500")} == {"no more"}


def test_who_is_spared_on_the_first_day_is_told_too(shop: Installation) -> None:
    shop.ok("import")

    told = shop.json("simulate", "--change", other(shop, "[sending]\nmin_balance = 500"))["told"]

    assert told == ["This customer (Acme Ltd) would not hear from us on Mon 23 Nov 2026, as by today's settings."]


def test_mistakes_in_the_other_file_are_told_with_their_cure(shop: Installation) -> None:
    shop.ok("import")

    result = shop.run("simulate", "--change", other(shop, '[sending]\nwindow = "07:00-23:00"'))

    assert result.exit_code == 2
    assert "other.toml" in result.stderr
    assert "window" in result.stderr


def test_a_file_that_is_not_there_is_told_with_what_to_name_instead(shop: Installation) -> None:
    result = shop.run("simulate", "--change", "nothere.toml")

    assert result.exit_code == 2
    assert "nothere.toml: there is no such file: copy your config.toml there" in result.stderr
    assert "init" not in result.stderr


def test_nothing_is_kept_of_a_look_at_other_settings(shop: Installation) -> None:
    shop.ok("import")
    before = shop.json("plan", "--days", "60")

    shop.ok("simulate", "--change", other(shop, EARLY.format(gentle=1)))

    assert shop.json("plan", "--days", "60") == before


def test_without_a_change_the_course_is_told_by_week(shop: Installation) -> None:
    shop.ok("import")

    told = shop.json("simulate", "--days", "10")

    assert told["weeks"][0] == {"week_of": "2026-11-23", "messages": {"gentle": 2}}
    assert "the next 10 days bring" in shop.ok("simulate", "--days", "10")


def test_the_plan_of_one_customer_is_theirs_alone_and_says_why(shop: Installation) -> None:
    shop.ok("import")

    told = json.loads(shop.ok("plan", "--customer", "Bolt", "--days", "5", "--json"))

    assert [(one["customer_id"], one["why"]) for one in told["messages"]] == [("C2", "INV-2 for 'gentle'")]
    assert "Acme" not in shop.ok("plan", "--customer", "C2")


def test_a_plan_of_ninety_days_tells_its_weeks_first(shop: Installation) -> None:
    everybody = [ACME, BOLT, BOLTON]
    shop.write_ledger(everybody, [bill(f"INV-{n}", f"C{n % 3 + 1}", late(5 - n * 3)) for n in range(12)])
    shop.ok("import")

    told = shop.ok("plan", "--days", "90")

    assert told.index("week of") < told.index("customer  ")
    assert f"{MONDAY + timedelta(days=7):%a %d %b %Y}" in told
