"""An owner edits a letter: it is looked at, blocked or published, kept, gone back to, and never lost."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from reminderbot.clock import SteppedClock
from reminderbot.compose.letter import fingerprint
from reminderbot.config import load_config
from reminderbot.core.event import EventKind
from reminderbot.core.ladder import Channel
from reminderbot.core.letter_version import How
from reminderbot.desk.letter_draft import look_at
from reminderbot.desk.letter_file import LetterName, open_letter, shelf
from reminderbot.desk.letter_trial import own_addresses, send_trial
from reminderbot.desk.letter_version import Blocked, Overtaken, difference, history, publish, revert
from reminderbot.desk.refusal import Refused
from reminderbot.desk.setup import add_letters, create_installation
from reminderbot.disk import replacing
from reminderbot.house import House
from reminderbot.runs.take_ledger import take_ledger
from reminderbot.store import journal, letter_version
from reminderbot.store.hardest import Hard
from reminderbot.wiring import build_house

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
GENTLE = "en/gentle.email.md"
SHARP = "\nPay at once, or we will sue you.\n"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """The sample's three customers, taken in."""
    create_installation(tmp_path / "shop", {}, sample_on=datetime(2026, 11, 20, tzinfo=UTC).date())
    built = build_house(load_config(tmp_path / "shop" / "config.toml", {}), SteppedClock(NOW))
    for path in built.ledger_folder.iterdir():
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    take_ledger(built)
    yield built
    built.store.close()


def write(house: House, name: str, text: str) -> None:
    (house.letters.folder / name).write_text(text, "utf-8")


def warmer(house: House, words: str = "Have a good week.") -> str:
    """The gentle letter with one more sentence."""
    return open_letter(house, GENTLE).source + f"\n{words}\n"


def findings(house: House, name: str, text: str) -> str:
    with house.store.reading() as connection:
        looked = look_at(house, connection, open_letter(house, name), text)
    return " ".join(f"{finding.words} {finding.why}" for finding in looked.blocking)


def test_a_published_edit_is_a_file_and_the_wording_before_it_is_kept(house: House) -> None:
    before = open_letter(house, GENTLE)
    published = publish(house, "olive", GENTLE, warmer(house).replace("\n", "\r\n"), before.digest, "warmer")
    after = before.source + "\nHave a good week.\n"
    assert (house.letters.folder / GENTLE).read_bytes() == after.encode()
    with house.store.reading() as connection:
        newest, first = history(house, connection, open_letter(house, GENTLE))
        (event,) = [e for _, e in journal.read(connection) if e.kind is EventKind.LETTER_CHANGED]
    assert newest == published
    assert (newest.made_by, newest.why, newest.made_at, newest.how) == ("olive", "warmer", NOW, How.PUBLISHED)
    assert (first.how, first.source) == (How.SHIPPED, before.source)
    assert (event.actor, event.data["digest"]) == ("olive", fingerprint(after))


def test_the_file_keeps_its_rights_and_nothing_is_left_beside_it(house: House) -> None:
    path = house.letters.folder / GENTLE
    path.chmod(0o664)
    listed = sorted(path.parent.iterdir())
    publish(house, "olive", GENTLE, warmer(house), open_letter(house, GENTLE).digest)
    assert path.stat().st_mode & 0o777 == 0o664
    assert sorted(path.parent.iterdir()) == listed


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("{{ greeting }}", "{{ greting }}"), "unknown variable {{ greting }}: did you mean {{ greeting }}?"),
        (("{{ greeting }}", "Dear {{ contact_name }},"), "{{ contact_name }} is empty for this customer"),
        (("{{ items }}", ""), "list of invoices is missing"),
        (("reply", "sing"), "does not say how to reach a person"),
    ],
)
def test_what_is_broken_is_blocked_whatever_reason_is_given(house: House, change: tuple[str, str], why: str) -> None:
    before = open_letter(house, GENTLE)
    broken = before.source.replace(*change)
    assert why in findings(house, GENTLE, broken)
    with pytest.raises(Blocked):
        publish(house, "olive", GENTLE, broken, before.digest, override="I want it so")
    assert open_letter(house, GENTLE) == before


def test_a_letter_in_another_language_and_a_text_too_long_are_blocked(house: House) -> None:
    add_letters(house.letters.folder, "de")
    german = open_letter(house, "de/gentle.email.md").source
    assert "it reads like the language 'de'" in findings(house, GENTLE, german)
    text = open_letter(house, "en/gentle.sms.txt").source
    assert "would take 3 segments" in findings(house, "en/gentle.sms.txt", text + "x" * 160)


def test_sharp_words_are_blocked_unless_an_owner_says_why_which_the_journal_keeps(house: House) -> None:
    before = open_letter(house, GENTLE)
    with pytest.raises(Blocked) as blocked:
        publish(house, "olive", GENTLE, before.source + SHARP, before.digest)
    assert blocked.value.looked.may_be_overridden
    assert open_letter(house, GENTLE) == before
    publish(house, "olive", GENTLE, before.source + SHARP, before.digest, override="our lawyer asks for it")
    with house.store.reading() as connection:
        (event,) = [e for _, e in journal.read(connection) if e.kind is EventKind.LETTER_CHANGED]
    assert event.data["override"] == "our lawyer asks for it"
    assert event.data["words"] == ["sue", "or we will"]


def test_a_hand_edit_meanwhile_is_noticed_and_both_wordings_are_kept(house: House) -> None:
    opened = open_letter(house, GENTLE)
    mine, theirs = warmer(house), warmer(house, "See you soon.")
    write(house, GENTLE, theirs)
    with pytest.raises(Overtaken) as overtaken:
        publish(house, "olive", GENTLE, mine, opened.digest)
    assert overtaken.value.theirs.source == theirs == open_letter(house, GENTLE).source
    with house.store.reading() as connection:
        told = [(v.how, v.source) for v in history(house, connection, open_letter(house, GENTLE))]
    assert told == [(How.BY_HAND, theirs), (How.SET_ASIDE, mine)]

    publish(house, "olive", GENTLE, mine, overtaken.value.theirs.digest)
    with house.store.reading() as connection:
        told = [(v.how, v.source) for v in history(house, connection, open_letter(house, GENTLE))]
    assert told == [(How.PUBLISHED, mine), (How.BY_HAND, theirs), (How.SET_ASIDE, mine)]


def test_of_two_owners_at_once_one_publishes_and_the_other_is_told(house: House) -> None:
    opened = open_letter(house, GENTLE)
    texts = [warmer(house, "Have a good week."), warmer(house, "See you soon.")]

    def one(text: str) -> str:
        try:
            publish(house, "olive", GENTLE, text, opened.digest)
        except Overtaken:
            return "overtaken"
        return "published"

    with ThreadPoolExecutor(2) as two:
        assert sorted(two.map(one, texts)) == ["overtaken", "published"]
    with house.store.reading() as connection:
        kept = {v.source for v in history(house, connection, open_letter(house, GENTLE))}
    assert kept == {opened.source, *texts}


def test_an_earlier_wording_comes_back_and_the_one_after_it_stays_in_the_history(house: House) -> None:
    shipped = open_letter(house, GENTLE)
    publish(house, "olive", GENTLE, warmer(house), shipped.digest)
    with house.store.reading() as connection:
        newest, first = history(house, connection, open_letter(house, GENTLE))
    assert first.version_id
    back = revert(house, "oscar", GENTLE, first.version_id, newest.digest)
    assert open_letter(house, GENTLE).source == shipped.source
    assert (back.made_by, back.why) == ("oscar", f"back to version {first.version_id}")
    # What was in use before needs no second thought.
    assert back.counts_from == NOW
    with pytest.raises(Refused, match="There is no version 99"):
        revert(house, "oscar", GENTLE, 99, back.digest)


def test_a_full_disk_is_told_and_leaves_letter_and_history_as_they_were(house: House) -> None:
    opened = open_letter(house, GENTLE)
    listed = sorted(opened.path.parent.iterdir())
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(Refused, match="cannot be written"):
            publish(house, "olive", GENTLE, warmer(house), opened.digest)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert open_letter(house, GENTLE) == opened
    assert sorted(opened.path.parent.iterdir()) == listed
    with house.store.reading() as connection:
        assert letter_version.of_file(connection, GENTLE) == []


def test_what_the_store_does_not_keep_is_not_in_the_folder_either(tmp_path: Path) -> None:
    path = tmp_path / "letter"
    path.write_text("before")

    def broken() -> None:
        with replacing(path, b"after") as put:
            put()
            assert path.read_text() == "after"
            raise RuntimeError("the transaction failed")

    with pytest.raises(RuntimeError):
        broken()
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_outside_of_the_letters_can_be_opened(house: House) -> None:
    for name in ("en/../../config.toml", "../config.toml", "layout.html", "en/none.email.md", "/etc/passwd", "en/"):
        with pytest.raises(Refused, match="There is no letter"):
            open_letter(house, name)


def test_the_draft_is_rendered_for_made_up_and_for_the_hardest_real_customers(house: House) -> None:
    with house.store.reading() as connection:
        file = open_letter(house, GENTLE)
        looked = look_at(house, connection, file, warmer(house))
        chosen = look_at(house, connection, file, warmer(house), "Example Cycles")
        with pytest.raises(Refused, match="is called 'nobody'"):
            look_at(house, connection, file, warmer(house), "nobody")
    assert looked.blocking == ()
    real = {outcome.reader.name: outcome.reader.hard for outcome in looked.outcomes if outcome.reader.is_real}
    assert Hard.LARGEST_SUM in real["Example Bakery Ltd"]
    assert {Hard.NO_LINK, Hard.MOST_INVOICES} <= set(sum(real.values(), ()))
    assert chosen.shown.email
    assert "EXAMPLE-1002" in chosen.shown.email.text
    assert "Have a good week." in chosen.shown.email.html


def test_texts_talking_points_and_footers_are_looked_at_too(house: House) -> None:
    add_letters(house.letters.folder, "de")
    shown = {}
    for name in ("en/gentle.sms.txt", "en/call.md", "de/footer.email.md"):
        file = open_letter(house, name)
        with house.store.reading() as connection:
            looked = look_at(house, connection, file, file.source)
        assert looked.blocking == ()
        shown[name] = looked.shown
    assert shown["en/gentle.sms.txt"].sms
    assert shown["en/call.md"].notes
    assert shown["de/footer.email.md"].email


def test_the_shelf_has_every_letter_by_tier_and_says_what_is_wrong_and_missing(house: House) -> None:
    write(house, "en/firm.email.md", open_letter(house, "en/firm.email.md").source + SHARP)
    (house.letters.folder / "en/options.email.md").unlink()
    seen = shelf(house)
    assert (seen.language, seen.languages) == ("en", ("en",))
    rows = {row.letter: row for row in seen.rows}
    assert list(rows)[:3] == ["heads-up", "gentle", "check-in"]
    assert rows["gentle"].names == (LetterName(GENTLE), LetterName("en/gentle.sms.txt"))
    assert rows["gentle"].remarks == ()
    assert any("sue" in remark.finding.words for remark in rows["firm"].remarks)
    assert rows["options"].missing == (Channel.EMAIL,)
    assert rows["call"].names == (LetterName("en/call.md"),)
    assert rows["footer"].tier is None


def test_a_difference_names_what_went_and_what_came() -> None:
    told = [(line.sign, line.text) for line in difference("a\nb\nc\n", "a\nB\nc\nd\n")]
    assert told == [(" ", "a"), ("-", "b"), ("+", "B"), (" ", "c"), ("+", "d")]
    assert difference("a\n", "a\n") == []


def test_a_trial_goes_to_the_houses_own_address_and_in_draft_into_a_folder(house: House) -> None:
    own = house.business.email
    assert own_addresses(house, "olive@shop.example") == ["olive@shop.example", own]
    where = send_trial(house, "olive", GENTLE, warmer(house), "EXAMPLE-1", own)
    assert where == str(house.dry_run_folder)
    (written,) = house.dry_run_folder.glob("*.eml")
    mail = message_from_bytes(written.read_bytes(), policy=policy.default)
    assert (mail["To"], mail["X-Reminderbot"]) == (own, "trial")
    assert mail["Subject"].startswith("Trial: ")
    assert "EXAMPLE-1001" in str(mail)
    with house.store.reading() as connection:
        (event,) = [e for _, e in journal.read(connection) if e.kind is EventKind.LETTER_TRIED]
    assert event.actor == "olive"


def test_no_trial_goes_to_a_customer_or_a_stranger_nor_by_text(house: House) -> None:
    for address in ("ada@bakery.example", "eve@elsewhere.example"):
        with pytest.raises(Refused, match="own addresses only"):
            send_trial(house, "olive", GENTLE, warmer(house), "", address)
    # A customer's address is one also where somebody of the house goes by that name.
    with pytest.raises(Refused, match="nothing is tried on customers"):
        send_trial(house, "ada@bakery.example", GENTLE, warmer(house), "", "ada@bakery.example")
    with pytest.raises(Refused, match="Only letters by e-mail"):
        send_trial(house, "olive", "en/gentle.sms.txt", "x {{ invoice }}", "", house.business.email)


def test_a_letter_that_asks_for_less_than_the_one_before_is_advice_and_no_more(house: House) -> None:
    firm = open_letter(house, "en/firm.email.md")
    gentle = open_letter(house, GENTLE).source
    with house.store.reading() as connection:
        looked = look_at(house, connection, firm, gentle)
    assert any("asks for less than the one before" in finding.why for finding, _ in looked.findings)
    assert not any("asks for less" in finding.why for finding in looked.blocking)
