"""The demo, run for real as its command: a quarter on embedded servers, told, judged and summed up."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from reminderbot.demo import show
from reminderbot.demo.laws import LAWS
from reminderbot.demo.people import Away, Says, cast, owner_acts

ROOT = Path(__file__).parents[2]
DRAWN = ROOT / "docs" / "demo.svg"


@dataclass(frozen=True)
class Run:
    """One whole demo, seen from outside."""

    status: int
    out: str
    err: str
    folder: Path
    letters: Path

    @property
    def told(self) -> str:
        """Its words on one line, as their wrapping does not matter."""
        return " ".join(self.out.split())


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    place = tmp_path_factory.mktemp("demo")
    folder, letters = place / "installation", place / "letters"
    command = [sys.executable, "-m", "reminderbot", "demo", "--fast"]
    done = subprocess.run(
        [*command, "--folder", str(folder), "--letters", str(letters)],
        cwd=place,
        env={"PATH": os.environ["PATH"], "HOME": str(place), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    return Run(done.returncode, done.stdout, done.stderr, folder, letters)


def test_every_law_is_kept_and_the_demo_ends_well_without_a_word_of_complaint(run: Run) -> None:
    assert run.err == ""
    assert "BROKEN" not in run.out
    assert run.status == 0
    for law in LAWS:
        assert re.search(rf"{re.escape(law)}\s+[1-9]\d*\s+kept", run.out), law


def test_every_answer_is_told_in_the_customers_own_words(run: Run) -> None:
    answers = [act.does.text for person in cast() for act in person.acts if isinstance(act.does, Says | Away)]
    assert len(answers) == 11
    for answer in answers:
        assert f"“{answer}”" in run.told


def test_everybody_in_the_cast_has_their_moment(run: Run) -> None:
    story = run.told.partition("The quarter in numbers")[0]
    for person in cast():
        assert person.party.name in story
    for act in owner_acts():
        assert act.story in story


def test_what_the_servers_received_lies_there_one_file_each(run: Run) -> None:
    letters = sorted(run.letters.iterdir())
    assert f"The {len(letters)} messages, as the servers received them: {run.letters}" in run.told
    mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in run.letters.glob("*.eml")]
    assert len(mails) + len(list(run.letters.glob("*.sms.txt"))) == len(letters)
    for mail in mails:
        assert mail["To"]
        assert "accounts+" in mail["Reply-To"]
        assert mail.get_body(("plain",)) and mail.get_body(("html",))


def test_the_installation_that_is_left_is_a_real_one(run: Run) -> None:
    command = [sys.executable, "-m", "reminderbot", "--config", str(run.folder / "config.toml"), "status", "--json"]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert '"mode": "live"' in done.stdout, done.stderr


def test_nothing_is_wider_than_eighty_columns_but_paths(run: Run) -> None:
    wide = [line for line in run.out.splitlines() if len(line) > 80]
    assert [line for line in wide if str(run.letters) not in line and str(run.folder) not in line] == []


def test_off_a_terminal_there_are_no_colours_and_no_progress(run: Run) -> None:
    assert "\x1b" not in run.out
    assert "\r" not in run.out


def test_the_picture_in_the_readme_is_how_the_demo_ends(run: Run) -> None:
    drawn = re.findall(r"<text [^>]*>([^<]*)</text>", DRAWN.read_text("utf-8"))
    words = " ".join(html.unescape(" ".join(drawn)).replace("\xa0", " ").split())
    end = re.split(r"The quarter in numbers|The \d+ messages, as", run.out)[1].split()
    found = words.partition("The quarter in numbers")[2].split()
    assert found == end, "draw it anew: python -m reminderbot.demo.picture docs/demo.svg"


def test_the_picture_names_no_place_on_a_machine() -> None:
    drawn = DRAWN.read_text("utf-8")
    assert not re.search(r"/tmp|/home|/root|/work", drawn)
    assert "font-face" not in drawn


# ---- when it cannot begin


def test_a_folder_with_an_installation_in_it_is_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.toml").write_text("mine")
    assert show.main(True, tmp_path, tmp_path / "letters") == 2
    said = capsys.readouterr()
    assert said.err == f"{tmp_path}/config.toml is already there: name another folder, or move it away first\n"
    assert (tmp_path / "config.toml").read_text() == "mine"


def test_a_place_for_letters_that_is_a_file_is_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "letters").write_text("mine")
    assert show.main(True, None, tmp_path / "letters") == 2
    assert capsys.readouterr().err == (
        f"The letters cannot be kept in {tmp_path}/letters (File exists): name a folder with --letters.\n"
    )


def test_without_the_mail_servers_it_says_what_to_install(tmp_path: Path) -> None:
    script = "import sys; sys.modules['pymap'] = None; from reminderbot.demo.show import main; sys.exit(main(True))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr == "The mail servers of the demo are not installed (pymap): pip install 'reminderbot[demo]'\n"
