"""A new installation: what is made, what is asked, what is never touched."""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminderbot.config import ConfigMistakes, Mode, load_config
from reminderbot.desk import setup
from reminderbot.desk.setup import CannotSetUp, add_letters, create_installation, filled_example, mistake_in, questions
from reminderbot.ledger.csv_folder import read_folder

TODAY = date(2027, 1, 11)
ANSWERS = {
    "name": 'Müller & "Söhne" \\ Gärten',
    "email": "buero@mueller.example",
    "phone": "+49 30 901820",
    "address": "Unter den Linden 1, 10117 Berlin",
    "time_zone": "Europe/Berlin",
    "country": "DE",
    "currency": "EUR",
    "languages": "de-AT, en",
}


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_installation_is_a_whole_one_in_draft(tmp_path: Path) -> None:
    made = create_installation(tmp_path / "new", ANSWERS)
    assert sorted(path.name for path in made) == [".env", "config.toml", "ledger", "letters", "state"]
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(path.name for path in made)
    config = load_config(tmp_path / "new" / "config.toml", {})
    assert config.mode is Mode.DRAFT
    given = {key: answer for key, answer in ANSWERS.items() if key != "languages"} | {"language": "de-AT"}
    assert {key: getattr(config.business, key) for key in given} == given
    assert config.store.folder == tmp_path / "new" / "state"
    assert config.letters.folder == tmp_path / "new" / "letters"


def test_what_holds_secrets_is_for_its_owner_alone(tmp_path: Path) -> None:
    create_installation(tmp_path / "new", {})
    assert mode_of(tmp_path / "new" / ".env") == 0o600
    assert mode_of(tmp_path / "new" / "state") == 0o700
    assert mode_of(tmp_path / "new") & 0o007 == 0


def test_the_names_of_the_secrets_stand_ready_in_dotenv(tmp_path: Path) -> None:
    create_installation(tmp_path, {})
    dotenv = tmp_path / ".env"
    dotenv.write_text(dotenv.read_text().replace("#REMINDERBOT_IMAP_PASSWORD=''", "REMINDERBOT_IMAP_PASSWORD='a #b'"))
    (tmp_path / "config.toml").write_text(
        (tmp_path / "config.toml").read_text() + '[inbox]\nhost = "mail.example.com"\nusername = "me"\n'
    )
    inbox = load_config(tmp_path / "config.toml", {}).inbox
    assert inbox is not None
    assert inbox.password is not None
    assert inbox.password.reveal() == "a #b"


def test_the_letters_of_the_wanted_languages_are_taken_over_as_they_are(tmp_path: Path) -> None:
    create_installation(tmp_path, {"languages": "de-AT,fr"})
    shipped = setup.shipped_templates()
    names = [path.relative_to(shipped) for code in ("de", "fr") for path in (shipped / code).iterdir()]
    names.append(Path("layout.html"))
    assert Path("de/gentle.email.md") in names
    assert {path.relative_to(tmp_path / "letters") for path in (tmp_path / "letters").rglob("*.*")} == set(names)
    for name in names:
        assert (tmp_path / "letters" / name).read_bytes() == (shipped / name).read_bytes()


def test_a_language_is_added_later_and_nothing_that_is_there_is_touched(tmp_path: Path) -> None:
    create_installation(tmp_path, {})
    letters = tmp_path / "letters"
    (letters / "es").mkdir()
    (letters / "es" / "gentle.email.md").write_text("mine")
    added = add_letters(letters, "es-MX")
    assert {path.name for path in added} == {path.name for path in (letters / "en").iterdir()} - {"gentle.email.md"}
    assert (letters / "es" / "gentle.email.md").read_text() == "mine"
    assert add_letters(letters, "es") == []
    with pytest.raises(CannotSetUp, match="no letters in 'ja' to take over: there are de, en"):
        add_letters(letters, "ja")
    with pytest.raises(CannotSetUp, match="cannot be written to"):
        add_letters(tmp_path / "config.toml", "fr")


@pytest.mark.parametrize("languages", ["ja", "en, ja", "", "en,", "English"])
def test_a_language_that_is_not_shipped_is_told(tmp_path: Path, languages: str) -> None:
    with pytest.raises(ConfigMistakes) as caught:
        create_installation(tmp_path / "new", {"languages": languages})
    assert "to take over: there are de, en, es, fr, it, nl, pt" in caught.value.mistakes[-1]
    assert not (tmp_path / "new").exists()


def test_the_ledger_begins_empty_and_readable(tmp_path: Path) -> None:
    create_installation(tmp_path, {})
    snapshot = read_folder(tmp_path / "ledger", "GBP").snapshot
    assert (snapshot.customers, snapshot.invoices, snapshot.payments) == ((), (), ())


def test_the_sample_ledger_has_something_to_say_about_today(tmp_path: Path) -> None:
    create_installation(tmp_path, {}, sample_on=TODAY)
    reading = read_folder(tmp_path / "ledger", "GBP")
    assert reading.notes == ()
    late, soon, paid = reading.snapshot.invoices
    assert (TODAY - late.due_on, soon.due_on - TODAY) == (timedelta(days=5), timedelta(days=3))
    assert [payment.invoice for payment in reading.snapshot.payments] == [paid.number]
    assert all(customer.contact.email for customer in reading.snapshot.customers)
    assert all("Example" in customer.name for customer in reading.snapshot.customers)


@pytest.mark.parametrize("part", ["config.toml", ".env", "letters", "ledger", "state"])
def test_nothing_that_is_there_is_touched(tmp_path: Path, part: str) -> None:
    (tmp_path / part).write_text("mine")
    with pytest.raises(CannotSetUp, match=f"{part} is already there: name another folder"):
        create_installation(tmp_path, {})
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(part, "mine")]


def test_a_link_into_nowhere_counts_as_there(tmp_path: Path) -> None:
    (tmp_path / "state").symlink_to(tmp_path / "gone")
    with pytest.raises(CannotSetUp, match="state is already there"):
        create_installation(tmp_path, {})


def test_other_files_in_the_folder_do_not_stand_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    create_installation(tmp_path, {})
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "new").write_text("mine")
    with pytest.raises(CannotSetUp, match="new is a file: name a folder"):
        create_installation(tmp_path / "new", {})
    with pytest.raises(CannotSetUp, match="cannot be set up"):
        create_installation(tmp_path / "new" / "deeper", {})


def test_wrong_answers_are_all_told_and_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(ConfigMistakes) as caught:
        create_installation(tmp_path / "new", {"country": "UK", "phone": "020 7946 0123", "colour": "green"})
    assert [sentence.split(": ")[1] for sentence in caught.value.mistakes] == [
        "[business] phone",
        "[business] country",
        "[business] colour",
    ]
    assert not (tmp_path / "new").exists()


def test_the_questions_are_the_required_keys_and_their_defaults_will_do() -> None:
    assert [question.key for question in questions()] == list(ANSWERS)
    assert [mistake_in(question.key, question.default) for question in questions()] == [None] * len(ANSWERS)
    assert [mistake_in(key, answer) for key, answer in ANSWERS.items()] == [None] * len(ANSWERS)
    assert "did you mean Europe/Berlin?" in str(mistake_in("time_zone", "Europe/Berlni"))


@settings(max_examples=50)
@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40), st.text(max_size=40))
def test_whatever_the_name_is_the_file_says_just_that(name: str, address: str) -> None:
    if mistake_in("name", name) or mistake_in("address", address):
        return
    business = tomllib.loads(filled_example({"name": name, "address": address}))["business"]
    assert (business["name"], business["address"]) == (name.strip(), address.strip())
    assert business["email"] == "office@brightwater.example"


def test_an_installed_package_brings_its_letters_and_its_example(tmp_path: Path) -> None:
    """Laid out as the wheel is: the package, and inside it what `pyproject.toml` puts there."""
    root, site = Path(__file__).parents[2], tmp_path / "site"
    wheel = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    shutil.copytree(root / "reminderbot", site / "reminderbot", ignore=shutil.ignore_patterns("__pycache__"))
    for source, target in wheel["force-include"].items():
        copy = shutil.copytree if (root / source).is_dir() else shutil.copy
        copy(root / source, site / target)
    program = (
        "import sys; from pathlib import Path\n"
        "from reminderbot.desk.setup import create_installation, shipped_templates\n"
        "assert shipped_templates() == Path('reminderbot/templates').absolute()\n"
        "create_installation(Path(sys.argv[1]), {})"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "new")], cwd=site, check=True, timeout=60)
    assert (tmp_path / "new" / "letters" / "en" / "gentle.email.md").is_file()
    assert load_config(tmp_path / "new" / "config.toml", {}).mode is Mode.DRAFT
