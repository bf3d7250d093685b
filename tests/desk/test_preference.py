"""What a person settles for one customer counts for them alone, whatever the next export says."""

from __future__ import annotations

import pytest

from reminderbot.core.case import CaseKind
from reminderbot.core.customer import Preference
from reminderbot.core.ladder import Channel
from reminderbot.core.user import Role
from reminderbot.desk.check import check
from reminderbot.desk.preference import change, settle
from reminderbot.desk.refusal import Refused
from reminderbot.desk.undo import undo
from reminderbot.desk.user import accept, invite
from reminderbot.house import House
from reminderbot.store import case, preference
from tests.installation import ACME, Installation, bill, late


def test_a_language_settled_by_hand_goes_before_the_ledgers_and_outlives_an_import(shop: Installation) -> None:
    shop.ok("import")
    with shop.house() as house:
        settle(house, "olive", "C1", Preference(language="de"))
        shop.ok("import")
        with house.store.reading() as connection:
            facts = house.gatherer.gather(connection, ["C1", "C2"], house.clock.now())
    assert [facts[key].account.customer.language for key in ("C1", "C2")] == ["de", "en"]


def test_never_a_text_message_closes_that_way_and_leaves_the_letters_alone(shop: Installation) -> None:
    shop.ok("import")
    with shop.house() as house:
        settle(house, "olive", "C1", Preference(never_sms=True))
        with house.store.reading() as connection:
            facts = house.gatherer.gather(connection, ["C1"], house.clock.now())["C1"]
    assert facts.reach.closed == ((Channel.SMS, "a person decided never to text them"),)
    assert not facts.ask_first


def test_a_new_case_goes_to_the_one_who_takes_care_of_them(shop: Installation) -> None:
    shop.ok("import")
    with shop.house() as house:
        accept(house, invite(house, "test", "carl", Role.COLLECTOR).secret, "plum tram violin")
        settle(house, "olive", "C1", Preference(collector="carl"))
        with house.store.writing() as connection:
            for customer in ("C1", "C2"):
                case.open_one(connection, CaseKind.QUESTION, customer, "they ask", house.clock.now())
            found = {one.customer_id: one.assigned_to for one in case.waiting(connection)}
    assert found == {"C1": "carl", "C2": ""}


def test_a_language_without_letters_and_a_name_that_nobody_has_are_refused(shop: Installation) -> None:
    shop.ok("import")
    with shop.house() as house:
        wrong_ones = ((Preference(language="xx"), "no letters in 'xx'"), (Preference(collector="eve"), "Nobody called"))
        for wrong, said in wrong_ones:
            with pytest.raises(Refused, match=said):
                settle(house, "olive", "C1", wrong)
        with house.store.reading() as connection:
            assert preference.get(connection, "C1") == Preference()


SEGMENTS = """
[[segment]]
name = "friends"
patience_days = 14
[[segment]]
name = "private"
kind = "person"
without = ["sms"]
"""


def test_a_ladder_chosen_by_hand_counts_at_once_and_is_taken_back(shop: Installation) -> None:
    shop.write_config(SEGMENTS)
    shop.ok("import")
    with shop.house() as house:
        done = settle(house, "olive", "C1", Preference(segment="friends"))
        assert chosen(house) == "friends"
        undo(house, "olive", done.undo.undo_id)
        assert chosen(house) == ""


def test_what_was_changed_again_since_is_not_taken_back(shop: Installation) -> None:
    shop.write_config(SEGMENTS)
    shop.ok("import")
    with shop.house() as house:
        first = settle(house, "olive", "C1", Preference(segment="friends"))
        settle(house, "olive", "C1", Preference(segment="private"))
        with pytest.raises(Refused, match="changed again since"):
            undo(house, "olive", first.undo.undo_id)
        assert chosen(house) == "private"


def test_a_segment_that_the_settings_do_not_have_is_refused_and_one_that_is_gone_hinders_nothing(
    shop: Installation,
) -> None:
    shop.write_config(SEGMENTS)
    shop.ok("import")
    with shop.house() as house:
        with pytest.raises(Refused, match="no segment called 'enemies': there are friends, private"):
            settle(house, "olive", "C1", Preference(segment="enemies"))
        settle(house, "olive", "C1", Preference(segment="friends"))
    shop.write_config()
    with shop.house() as house:
        change(house, "olive", "C1", {"never_sms": True})
        with house.store.reading() as connection:
            facts = house.gatherer.gather(connection, ["C1"], house.clock.now())["C1"]
            assert preference.get(connection, "C1") == Preference(never_sms=True, segment="friends")
        assert house.rules.chosen(facts).gone == "friends"


def test_the_command_line_shows_and_changes_only_what_is_named(shop: Installation) -> None:
    shop.write_config(SEGMENTS)
    shop.ok("import")
    assert "reminded as the rules say" in shop.ok("prefer", "C1")
    told = shop.ok("prefer", "Acme", "--ladder", "friends", "--no-texts")
    assert "Acme Ltd is reminded by 'friends', in the language of the ledger, never by text message." in told
    back = told.split("case undo ")[1].strip()
    shop.ok("prefer", "C1", "--language", "de")
    kept = {"language": "de", "never_sms": True, "collector": "", "segment": "friends"}
    assert shop.json("prefer", "C1")["settled"] == kept
    assert "changed again since" in shop.run("case", "undo", back).stderr
    shop.ok("prefer", "C1", "--ladder", "rules")
    assert shop.json("prefer", "C1")["settled"] == kept | {"segment": ""}
    assert "no segment called 'foes'" in shop.run("prefer", "C1", "--ladder", "foes").stderr


def test_check_tells_of_a_group_that_nobody_belongs_to_and_of_a_segment_that_is_gone(shop: Installation) -> None:
    shop.write_config('[[segment]]\nname = "shops"\ngroups = ["retial"]\n' + SEGMENTS)
    retail = ACME.replace("New_York,US,", "New_York,US,retail")
    shop.write_ledger([retail], [bill("INV-1", "C1", late(5))])
    shop.ok("import")
    shop.ok("prefer", "C1", "--ladder", "friends")
    shop.write_config('[[segment]]\nname = "shops"\ngroups = ["retial"]\n')
    with shop.house() as house:
        found = [one for one in check(house, with_secrets=False) if one.about == "segments"]
    assert [(one.what, one.cure) for one in found] == [
        ("nobody in the ledger belongs to the group 'retial' of the segment 'shops'", "did you mean 'retail'?"),
        (
            "'friends' was chosen for 1 customer and is no segment any more",
            "write it again, or choose anew: reminderbot prefer CUSTOMER --ladder rules",
        ),
    ]


def test_a_letter_that_only_a_segment_sends_is_checked_as_well(shop: Installation) -> None:
    own = '[[segment.ladder]]\nname = "whisper"\ndays = 40\n'
    shop.write_config(f'[[segment]]\nname = "quiet"\n{own}')
    told = shop.run("letter", "check", "--language", "en")
    assert told.exit_code == 1
    assert "whisper" in told.stdout
    assert "whisper" in shop.run("letter", "preview", "whisper").output


def chosen(house: House) -> str:
    with house.store.reading() as connection:
        facts = house.gatherer.gather(connection, ["C1"], house.clock.now())["C1"]
    return house.rules.chosen(facts).segment
