"""What a person settles for one customer counts for them alone, whatever the next export says."""

from __future__ import annotations

import pytest

from reminderbot.core.case import CaseKind
from reminderbot.core.customer import Preference
from reminderbot.core.ladder import Channel
from reminderbot.core.user import Role
from reminderbot.desk.preference import settle
from reminderbot.desk.refusal import Refused
from reminderbot.desk.user import accept, invite
from reminderbot.store import case, preference
from tests.installation import Installation


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
