"""The settings: what is read, what is refused and in which words, where secrets may lie."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import itertools
import json
import os
import pickle
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reminderbot.config import DEFAULT_LADDER, Config, ConfigMistakes, Mode, Secret, Security, load_config
from reminderbot.config.changed import changed
from reminderbot.config.kinds import Wrong, slip_for, window
from reminderbot.config.load import TABLES
from reminderbot.config.settings import SegmentTable, TierTable
from reminderbot.config.table import fields_of, key_of
from reminderbot.core.dial import Dial, Table
from reminderbot.core.ladder import Channel, Task

EXAMPLE = Path(__file__).parents[1] / "config.example.toml"

BUSINESS = """
[business]
name = "Brightwater Gardens"
email = "office@brightwater.example"
phone = "+44 20 7946 0123"
address = "12 Mill Lane, Bath"
time_zone = "Europe/London"
country = "GB"
currency = "GBP"
"""
EMAIL = """
[email]
host = "mail.example.com"
from = "accounts@brightwater.example"
"""
INBOX = """
[inbox]
host = "mail.example.com"
username = "accounts"
"""
SMS = f"""
[sms]
account_sid = "AC{"0" * 32}"
"""
PASSWORDS = {
    "REMINDERBOT_SMTP_PASSWORD": "tulip",
    "REMINDERBOT_IMAP_PASSWORD": "crocus",
    "REMINDERBOT_TWILIO_TOKEN": "snowdrop",
}


def load(folder: Path, text: str, environ: dict[str, str] | None = None, *, business: str = BUSINESS) -> Config:
    path = folder / "config.toml"
    path.write_text(text + business, "utf-8")
    return load_config(path, PASSWORDS if environ is None else environ)


def mistakes(folder: Path, text: str, environ: dict[str, str] | None = None, *, business: str = BUSINESS) -> list[str]:
    with pytest.raises(ConfigMistakes) as caught:
        load(folder, text, environ, business=business)
    return caught.value.mistakes


def only_mistake(folder: Path, text: str, environ: dict[str, str] | None = None) -> str:
    (sentence,) = mistakes(folder, text, environ)
    return sentence


def switched_on(example: str) -> str:
    """The example with every option that is switched off switched on."""
    return re.sub(r"(?m)^#(?=\S)", "", example)


# The example


def test_the_example_loads_as_it_stands_and_says_the_defaults_of_the_code(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(EXAMPLE.read_text("utf-8"), "utf-8")
    example = load_config(tmp_path / "config.toml", {})
    bare = load(tmp_path, "", {}, business=BUSINESS)
    assert (example.mode, example.store, example.ledger, example.letters) == (
        bare.mode,
        bare.store,
        bare.ledger,
        bare.letters,
    )
    assert (example.sending, example.desk, example.alerts) == (bare.sending, bare.desk, bare.alerts)
    assert (example.segments, example.patience) == ((), bare.patience)
    assert example.promises == bare.promises
    assert (example.email, example.inbox, example.oauth, example.sms) == (None, None, None, None)
    assert example.ladder == bare.ladder == DEFAULT_LADDER


def test_the_example_with_everything_switched_on_says_the_defaults_of_the_optional_tables(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(switched_on(EXAMPLE.read_text("utf-8")), "utf-8")
    example = load_config(tmp_path / "config.toml", PASSWORDS)
    written = f'[email]\nhost = "mail.example.com"\nfrom = "{example.email and example.email.from_}"\n'
    written += f'[inbox]\nhost = "mail.example.com"\nusername = "{example.inbox and example.inbox.username}"\n'
    written += f'[oauth]\nprovider = "google"\nclient_id = "{example.oauth and example.oauth.client_id}"\n'
    written += SMS + f'from = "{example.sms and example.sms.from_}"\n'
    bare = load(tmp_path, written)
    assert (example.email, example.inbox, example.oauth) == (bare.email, bare.inbox, bare.oauth)
    assert example.sms == bare.sms


def test_every_key_of_the_code_stands_in_the_example_with_words_before_it() -> None:
    import tomllib

    text = EXAMPLE.read_text("utf-8")
    document = tomllib.loads(switched_on(text))
    for name, table in TABLES.items():
        assert {key_of(known.name) for known, _ in fields_of(table)} == document[name].keys(), name
        assert re.search(rf"(?m)^# .*\n#?\[{name}\]$", text), f"no paragraph before [{name}]"
    assert {"mode", "ladder", "segment", *TABLES} == document.keys()
    of_segments = {key for segment in document["segment"] for key in segment}
    assert of_segments == {"ladder", *(key_of(known.name) for known, _ in fields_of(SegmentTable))}
    told = {key for tier in document["ladder"] for key in tier}
    assert told | {"task"} == {key_of(known.name) for known, _ in fields_of(TierTable)}


def test_every_option_of_the_example_stands_under_a_line_that_explains_it_or_its_neighbour() -> None:
    lines = EXAMPLE.read_text("utf-8").split("[[ladder]]\nname")[0].splitlines()
    for before, line in itertools.pairwise(lines):
        if re.match(r"#?[a-z_]+ = ", line):
            assert re.match(r"# |#?[a-z_]+ = |#?\[desk\]|#?\[alerts\]|#?\[thanks\]", before), line


# What comes out


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("", dt.time(8)),
        ('digest_at = ""', None),
        ('digest_at = "7:30"', dt.time(7, 30)),
        ('digest_at = "00:00"', dt.time()),
    ],
)
def test_the_digest_has_its_hour_or_none(tmp_path: Path, written: str, hour: dt.time | None) -> None:
    assert load(tmp_path, f"[alerts]\n{written}\n").alerts.digest_at == hour


def test_a_config_with_only_the_business_is_a_draft_with_every_default(tmp_path: Path) -> None:
    config = load(tmp_path, "", {})
    assert config.mode is Mode.DRAFT
    assert config.business.language == "en"
    assert config.sending.window == (dt.time(9), dt.time(17))
    assert config.sending.days == {0, 1, 2, 3, 4}
    assert config.ladder == DEFAULT_LADDER
    assert config.sms is None


def test_relative_paths_count_from_the_folder_of_the_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "config.toml").write_text(BUSINESS + '[letters]\nfolder = "/srv/letters"\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    config = load_config(Path("etc/config.toml"), {})
    assert config.path == tmp_path / "etc" / "config.toml"
    assert config.ledger.folder == tmp_path / "etc" / "ledger"
    assert config.letters.folder == Path("/srv/letters")
    assert config.store.url == f"sqlite:///{tmp_path}/etc/state/reminderbot.db"


def test_what_follows_from_other_keys_is_filled_in(tmp_path: Path) -> None:
    config = load(tmp_path, EMAIL + SMS + 'from = "+44 7700 900-123"\n')
    assert config.email is not None
    assert config.email.reply_to == config.email.from_ == "accounts@brightwater.example"
    assert config.sms is not None
    assert config.sms.numbers == ("+447700900123",)


def test_sums_keep_their_exact_digits(tmp_path: Path) -> None:
    assert load(tmp_path, "[sending]\nmin_balance = 0.1\n").sending.min_balance == Decimal("0.1")
    assert load(tmp_path, '[sending]\nmin_balance = "2.50"\n').sending.min_balance == Decimal("2.50")


def test_a_ladder_of_ones_own_takes_its_letter_and_channel_from_little(tmp_path: Path) -> None:
    ladder = load(
        tmp_path,
        '[[ladder]]\nname = "soft"\ndays = 5\n'
        '[[ladder]]\nname = "ring"\ndays = 20\ntask = "call"\n'
        '[[ladder]]\nname = "end"\ndays = 30\nchannels = ["email", "sms"]\nletter = "soft"\nneeds = "approval"\n',
    ).ladder
    soft, ring, end = ladder.tiers
    assert (soft.letter, soft.channels, soft.task) == ("soft", (Channel.EMAIL,), None)
    assert (ring.channels, ring.task) == ((), Task.CALL)
    assert (end.letter, end.channels, end.needs) == ("soft", (Channel.EMAIL, Channel.SMS), "approval")


def test_a_file_saved_by_notepad_is_read(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf" + BUSINESS.replace("\n", "\r\n").encode())
    assert load_config(path, {}).business.country == "GB"


# What is refused


def test_all_mistakes_are_told_at_once_each_with_its_key_and_what_to_write(tmp_path: Path) -> None:
    text = 'mode = "liv"\n[email]\nport = "587"\nsecurty = "tls"\n[sending]\nwindow = "07:59-17:00"\n[lettres]\n'
    found = mistakes(tmp_path, text, business="")
    assert [sentence.split(": ")[1] for sentence in found] == [
        "[lettres]",
        "mode",
        *(f"[business] {key}" for key in ("name", "email", "phone", "address", "time_zone", "country", "currency")),
        "[email] host",
        "[email] port",
        "[email] from",
        "[email] securty",
        "[sending] window",
    ]
    assert all(sentence.startswith("config.toml: ") for sentence in found)
    assert 'config.toml: [email] port: "587" is text: write the number without quotes' in found
    assert "config.toml: [email] securty: is not an option: did you mean security?" in found
    assert "config.toml: [lettres]: is no table of this file: did you mean letters?" in found
    assert str(ConfigMistakes(found)).count("\n") == len(found) - 1


@pytest.mark.parametrize(
    ("text", "where", "cure"),
    [
        ('[store]\nurl = "mysql://db/x"\n', "[store] url", "sqlite:///state/reminderbot.db"),
        ('[store]\nurl = "sqlite://"\n', "[store] url", "names no file"),
        ("[ledger]\nmax_age_hours = 0\n", "[ledger] max_age_hours", "outside 1 to 336"),
        ("[ledger]\nmax_age_hours = true\n", "[ledger] max_age_hours", "true is not a whole number"),
        ('[ledger]\nfolder = ""\n', "[ledger] folder", "write it between the quotes"),
        ('ledger = "here"\n', "[ledger]", "is not a table: write [ledger]"),
        (EMAIL + "port = 65536\n", "[email] port", "outside 1 to 65535"),
        (EMAIL + 'plus_addressing = "yes"\n', "[email] plus_addressing", "write one of them, without quotes"),
        (EMAIL + 'reply_to = "Bob <bob@x.example>"\n', "[email] reply_to", "the part between < and >"),
        (EMAIL + 'reply_to = "bob@gmail"\n', "[email] reply_to", "write the whole domain"),
        (EMAIL.replace("mail.", "smtp://mail."), "[email] host", "write its name alone"),
        (EMAIL.replace(".com", ".com:587"), "[email] host", "the port has a key"),
        (EMAIL + 'username = "a\\r\\nb"\n', "[email] username", "control character"),
        ('[sending]\ndays = ["monday"]\n', "[sending] days", "write mon, tue"),
        ("[promises]\ngrace_days = 1\n", "[promises] grace_days", "a bank takes up to two business days"),
        ("[promises]\nmin_share = 50\n", "[promises] min_share", "e.g. 0.5 for half"),
        ("[sending]\ndays = []\n", "[sending] days", "names no day"),
        ('[sending]\ndays = ["mon", "mon"]\n', "[sending] days", "leave one out"),
        ('[sending]\nholidays = ["24.12.2026"]\n', "[sending] holidays", "year-month-day"),
        ('[sending]\nmin_balance = "2,50"\n', "[sending] min_balance", "a decimal point"),
        ("[sending]\nmin_balance = nan\n", "[sending] min_balance", "is not a sum"),
        ("[sending]\nmin_balance_in = 5\n", "[sending] min_balance_in", "names no currencies"),
        ("[sending]\nmin_balance_in = { jpy = 5 }\n", "[sending] min_balance_in", "three capital letters"),
        ("[sending]\nmin_balance_in = { JPY = -5 }\n", "[sending] min_balance_in", "is not a sum"),
        ("[ledger]\nterms_days = 400\n", "[ledger] terms_days", "outside 0 to 365"),
        ("[sending]\nmin_gap_days = 2\n", "[sending] min_gap_days", "that much time to answer"),
        ("[sending]\nper_day = 2\n", "[sending] per_day", "it can only be lowered"),
        ("[sending]\nper_week = 3\n", "[sending] per_week", "it can only be lowered"),
        ("[sending]\nper_month = 8\n", "[sending] per_month", "it can only be lowered"),
        ('[desk]\nlisten = "8470"\n', "[desk] listen", '"127.0.0.1:8470"'),
        ('[desk]\npublic_url = "http://desk.example.com"\n', "[desk] public_url", "write https:// and a name"),
        ('[desk]\npublic_url = "desk.example.com"\n', "[desk] public_url", "write https:// and a name"),
        ('[desk]\npublic_url = "https://desk.example.com/#top"\n', "[desk] public_url", "write https:// and a name"),
        ('[desk]\npublic_url = "https://desk.example.com:x"\n', "[desk] public_url", "is not a web address"),
        ('[desk]\npublic_url = "https://[::1"\n', "[desk] public_url", "is not a web address"),
        ('[desk]\npublic_url = "https://desk.exa mple.com"\n', "[desk] public_url", "has a blank in it"),
        ('[desk]\npublic_url = "https://desk.example.com/a b"\n', "[desk] public_url", "has a blank in it"),
        ('[desk]\npublic_url = "https://desk.example.com:0"\n', "[desk] public_url", "on which nobody answers"),
        ('[desk]\npublic_url = "https://desk..example.com"\n', "[desk] public_url", "no name that can be looked up"),
        ('[desk]\npublic_url = "https://.."\n', "[desk] public_url", "no name that can be looked up"),
        ('[desk]\npublic_url = "https://desk.example.com/../x"\n', "[desk] public_url", "shorten on their way"),
        (
            SMS + 'from = "+447700900123"\n[desk]\npublic_url = "https://127.0.0.1:8443"\n',
            "[desk] public_url",
            "where Twilio cannot call",
        ),
        (SMS + 'from = "+447700900123"\nold_token = "x"\n', "[sms] old_token", "REMINDERBOT_TWILIO_OLD_TOKEN=..."),
        ('[alerts]\nemail = "me@x.example"\n', "[alerts] email", "in square brackets"),
        ('[alerts]\ndigest_at = "24:00"\n', "[alerts] digest_at", 'write e.g. "08:00", or "" for never'),
        ('[alerts]\nnotify = ["json://x/"]\n', "[alerts] notify", "REMINDERBOT_NOTIFY=..."),
        ("[alerts]\ndigest_at = 8\n", "[alerts] digest_at", "in double quotes"),
        ("language = 'en'\n", "language", "take it out, or use one of mode"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_its_cure(tmp_path: Path, text: str, where: str, cure: str) -> None:
    sentence = only_mistake(tmp_path, text)
    assert sentence.startswith(f"config.toml: {where}: ")
    assert cure in sentence


@pytest.mark.parametrize(
    ("key", "value", "cure"),
    [
        ("time_zone", "Europe/Lundon", "did you mean Europe/London?"),
        ("time_zone", "Europe", "is not a time zone"),
        ("time_zone", "../London", "is not a time zone"),
        ("country", "UK", "did you mean GB?"),
        ("country", "EU", "two capital letters"),
        ("country", "gb", "two capital letters"),
        ("currency", "pounds", "three capital letters"),
        ("currency", "DEM", "is not a currency"),
        ("phone", "020 7946 0123", "write + and the country code"),
        ("email", "office", "is not an e-mail address"),
        ("name", "Bright\\nwater", "write it on one"),
    ],
)
def test_a_business_that_is_written_wrongly_is_told_so(tmp_path: Path, key: str, value: str, cure: str) -> None:
    business = re.sub(rf"(?m)^{key} = .*$", lambda _: f'{key} = "{value}"', BUSINESS)
    (sentence,) = mistakes(tmp_path, "", business=business)
    assert sentence.startswith(f"config.toml: [business] {key}: ")
    assert cure in sentence


@pytest.mark.parametrize("hours", ["08:00-21:00", "09:00-17:00", "8:00 - 9:30", "20:59-21:00"])
def test_hours_inside_the_hard_limits_are_taken(hours: str) -> None:
    start, end = window(hours)
    assert dt.time(8) <= start < end <= dt.time(21)


@pytest.mark.parametrize(
    "hours", ["07:59-17:00", "09:00-21:01", "17:00-09:00", "09:00-09:00", "9-17", "25:00-26:00", ""]
)
def test_hours_beyond_the_hard_limits_or_without_sense_are_refused(hours: str) -> None:
    with pytest.raises(Wrong):
        window(hours)


@given(st.text(max_size=30))
def test_no_text_whatever_widens_the_hours(hours: str) -> None:
    try:
        start, end = window(hours)
    except Wrong:
        return
    assert dt.time(8) <= start < end <= dt.time(21)


@given(st.times(), st.times())
def test_no_span_of_hours_reaches_into_the_night(start: dt.time, end: dt.time) -> None:
    try:
        found = window(f"{start:%H:%M}-{end:%H:%M}")
    except Wrong:
        assert (
            start.replace(second=0, microsecond=0) < dt.time(8)
            or end >= dt.time(21)
            or start >= end
            or (f"{start:%H:%M}" == f"{end:%H:%M}")
        )
    else:
        assert dt.time(8) <= found[0] < found[1] <= dt.time(21)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_an_unprotected_connection_is_taken_within_this_machine(tmp_path: Path, host: str) -> None:
    text = EMAIL.replace("mail.example.com", host) + 'security = "none"\n'
    email = load(tmp_path, text).email
    assert email is not None
    assert email.security is Security.NONE


@pytest.mark.parametrize("table", [EMAIL, INBOX])
@pytest.mark.parametrize("host", ["mail.example.com", "10.0.0.5", "localhost.example.com", "0.0.0.0"])
def test_an_unprotected_connection_to_elsewhere_is_refused(tmp_path: Path, table: str, host: str) -> None:
    sentence = only_mistake(tmp_path, table.replace("mail.example.com", host) + 'security = "none"\n')
    assert f'security: "none" would send passwords and letters to {host} in the clear' in sentence


@pytest.mark.parametrize(
    ("keys", "where", "cure"),
    [
        ("", "from", "is missing: write your Twilio number"),
        (f'from = "+14155550123"\nmessaging_service_sid = "MG{"1" * 32}"\n', "from", "keep one of the two"),
        (f'messaging_service_sid = "MG{"1" * 32}"\n', "numbers", "name the numbers of the messaging service"),
        ('from = "+14155550123"\nnumbers = ["+14155550124"]\n', "numbers", "which we send from"),
        ('from = "BRIGHTWATER"\n', "from", "is not an international number"),
        ('from = "+14155550123"\napi_base = "http://proxy.example.com"\n', "api_base", "write https://"),
    ],
)
def test_text_messages_need_one_number_or_a_service_with_numbers(
    tmp_path: Path, keys: str, where: str, cure: str
) -> None:
    sentence = only_mistake(tmp_path, SMS + keys)
    assert sentence.startswith(f"config.toml: [sms] {where}: ")
    assert cure in sentence


@pytest.mark.parametrize("mode", ["approve", "live"])
def test_nothing_may_be_sent_without_a_way_out_and_an_ear_for_the_answers(tmp_path: Path, mode: str) -> None:
    letters, answers = mistakes(tmp_path, f'mode = "{mode}"\n')
    assert letters.startswith("config.toml: [email]: is missing")
    assert answers.startswith("config.toml: [inbox]: is missing")
    assert load(tmp_path, f'mode = "{mode}"\n{EMAIL}{INBOX}').mode == mode


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ('[ladder]\nname = "x"\ndays = 30\n', "write [[ladder]], in double brackets"),
        ('[[ladder]]\nname = "x"\ndays = 29\n', "at least 30 days"),
        ('[[ladder]]\nname = "x"\ndays = 30\ntask = "call"\nchannels = ["sms"]\n', "take one of the two out"),
        ('[[ladder]]\nname = "answer"\ndays = 30\n', "cannot be answer"),
        ('[[ladder]]\nname = "../x"\ndays = 30\n', "no name for a tier"),
        ('[[ladder]]\nname = "x"\ndays = 30\nchannels = ["fax"]\n', 'write "email" or "sms"'),
        ('[[ladder]]\nname = "x"\n', "number 1 days: is missing"),
        (
            '[[ladder]]\nname = "a"\ndays = 26\n[[ladder]]\nname = "b"\ndays = 30\n',
            "sooner than [sending] min_gap_days = 5",
        ),
        ('[[ladder]]\nname = "a"\ndays = 28\n[[ladder]]\nname = "b"\ndays = 30\n', "at least 3 days between tiers"),
        ("[sending]\nmin_gap_days = 7\n", "tier 'gentle' comes 6 days after 'heads-up'"),
    ],
)
def test_a_ladder_without_patience_or_sense_is_refused(tmp_path: Path, text: str, cure: str) -> None:
    assert cure in only_mistake(tmp_path, text)


@pytest.mark.parametrize("gap", [5, 6])
def test_the_ladder_may_climb_as_fast_as_the_gap_allows(tmp_path: Path, gap: int) -> None:
    assert load(tmp_path, f'[[ladder]]\nname = "a"\ndays = {30 - gap}\n[[ladder]]\nname = "b"\ndays = 30\n')


def test_broken_toml_is_told_with_its_line(tmp_path: Path) -> None:
    (sentence,) = mistakes(tmp_path, 'mode = "draft"\n[email]\nhost = mail\n', business="")
    assert sentence.startswith(f"{tmp_path}/config.toml: line 3, column 8: this is not TOML (Invalid value)")


def test_a_file_in_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b'mode = "draft"\nname = "M\xfcller"\n')
    with pytest.raises(ConfigMistakes, match=r"config\.toml: line 2: not UTF-8: save the file as UTF-8"):
        load_config(tmp_path / "config.toml", {})


def test_a_config_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigMistakes, match="there is no such file: run `reminderbot init`"):
        load_config(tmp_path / "config.toml", {})
    with pytest.raises(ConfigMistakes, match="cannot be read"):
        load_config(tmp_path, {})


@given(st.text(min_size=1, max_size=20), st.lists(st.text(min_size=1, max_size=20), min_size=1))
def test_what_was_probably_meant_is_always_something_known(word: str, known: list[str]) -> None:
    assert slip_for(word, known) in {"", *known}


values = st.recursive(
    st.none().map(lambda _: "") | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "x"]), inner, max_size=2),
    max_leaves=5,
)
keys = st.sampled_from(sorted({key_of(known.name) for table in TABLES.values() for known, _ in fields_of(table)}))
documents = st.dictionaries(
    st.sampled_from(["mode", "ladder", *TABLES]), values | st.dictionaries(keys, values, max_size=8), max_size=8
)


def as_toml(value: object) -> str:
    """JSON's scalars and lists are TOML's too; its objects need another sign between key and value."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {as_toml(inner)}" for key, inner in value.items()) + "}"
    return "[" + ", ".join(map(as_toml, value)) + "]" if isinstance(value, list) else json.dumps(value)


def told_in_sentences(path: Path, document: dict[str, object]) -> None:
    """Loading gives settings or mistakes, and nothing else."""
    path.write_text("".join(f"{key} = {as_toml(value)}\n" for key, value in document.items()), "utf-8")
    try:
        load_config(path, PASSWORDS)
    except ConfigMistakes as found:
        assert found.mistakes
        for sentence in found.mistakes:
            assert re.match(r"(config\.toml|/.*/config\.toml): .+", sentence, re.DOTALL), sentence


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents)
def test_whatever_the_document_says_loading_it_ends_in_sentences(tmp_path: Path, document: dict[str, object]) -> None:
    told_in_sentences(tmp_path / "config.toml", document)


@pytest.mark.soak
@pytest.mark.timeout(0)
@settings(suppress_health_check=list(HealthCheck), max_examples=5_000 * int(os.environ.get("N", "1")))
@given(documents)
def test_thousands_of_documents_all_end_in_sentences(tmp_path: Path, document: dict[str, object]) -> None:
    told_in_sentences(tmp_path / "config.toml", document)


# Secrets


@pytest.mark.parametrize("key", ["password", "PASSWORD", "auth_token", "token", "api_key", "smtp_password", "secret"])
@pytest.mark.parametrize("table", ["", EMAIL, INBOX, SMS + 'from = "+14155550123"\n', "[desk]\n"])
def test_a_secret_in_the_file_is_refused_without_being_repeated(tmp_path: Path, key: str, table: str) -> None:
    sentence = only_mistake(tmp_path, f'{table}{key} = "hunter2"\n')
    assert key in sentence
    assert "hunter2" not in sentence
    assert ".env" in sentence


def test_a_password_in_the_address_of_the_store_is_refused_without_being_repeated(tmp_path: Path) -> None:
    sentence = only_mistake(tmp_path, '[store]\nurl = "postgresql://bot:hunter2@db/reminders"\n')
    assert "REMINDERBOT_STORE_PASSWORD" in sentence
    assert "hunter2" not in sentence


def test_a_missing_secret_is_told_with_every_place_it_may_be_put(tmp_path: Path) -> None:
    text = EMAIL + 'username = "accounts"\n' + INBOX + SMS + 'from = "+14155550123"\n'
    found = mistakes(tmp_path, text, {})
    assert [sentence.split(": ")[1] for sentence in found] == ["[email] password", "[inbox] password", "[sms] token"]
    assert f"put REMINDERBOT_SMTP_PASSWORD=... into {tmp_path}/.env (chmod 600)" in found[0]
    assert "REMINDERBOT_SMTP_PASSWORD_FILE" in found[0]


def test_a_server_without_a_login_needs_no_password(tmp_path: Path) -> None:
    email = load(tmp_path, EMAIL, {}).email
    assert email is not None
    assert email.password is None


def test_settings_can_be_read_by_somebody_who_may_not_read_the_secrets(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(INBOX + BUSINESS, "utf-8")
    (tmp_path / ".env").write_text("REMINDERBOT_IMAP_PASSWORD=crocus\n", "utf-8")
    (tmp_path / ".env").chmod(0o644)
    inbox = load_config(tmp_path / "config.toml", {}, with_secrets=False).inbox
    assert inbox is not None
    assert inbox.password is None


def write_private(path: Path, text: str) -> Path:
    path.touch(0o600)
    path.write_text(text, "utf-8")
    return path


def imap_password(folder: Path, environ: dict[str, str]) -> str:
    inbox = load(folder, INBOX, environ).inbox
    assert inbox is not None
    assert inbox.password is not None
    return inbox.password.reveal()


def test_each_place_of_a_secret_is_asked_in_its_order(tmp_path: Path) -> None:
    name = "REMINDERBOT_IMAP_PASSWORD"
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    write_private(tmp_path / ".env", f"# passwords\n{name}='from .env ${{HOME}} #1'\n")
    assert imap_password(tmp_path, {}) == "from .env ${HOME} #1"
    (credentials / "reminderbot-imap-password").write_text("from systemd\n", "utf-8")
    assert imap_password(tmp_path, {"CREDENTIALS_DIRECTORY": str(credentials)}) == "from systemd"
    write_private(tmp_path / "password", "from a file\n")
    environ = {"CREDENTIALS_DIRECTORY": str(credentials), f"{name}_FILE": "password"}
    assert imap_password(tmp_path, environ) == "from a file"
    assert imap_password(tmp_path, environ | {name: "from the environment"}) == "from the environment"
    assert imap_password(tmp_path, environ | {name: ""}) == "from a file"


def test_dotenv_may_name_a_file_and_systemd_may_use_the_name_in_capitals(tmp_path: Path) -> None:
    write_private(tmp_path / "word", "crocus")
    write_private(tmp_path / ".env", "REMINDERBOT_IMAP_PASSWORD_FILE=word\n")
    assert imap_password(tmp_path, {}) == "crocus"
    (tmp_path / "REMINDERBOT_IMAP_PASSWORD").write_text("tulip\n", "utf-8")
    assert imap_password(tmp_path, {"CREDENTIALS_DIRECTORY": str(tmp_path)}) == "tulip"


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o660])
def test_a_file_of_secrets_that_others_may_read_is_refused_with_the_command_that_cures_it(
    tmp_path: Path, mode: int
) -> None:
    dotenv = write_private(tmp_path / ".env", "REMINDERBOT_IMAP_PASSWORD=crocus\n")
    dotenv.chmod(mode)
    sentence = only_mistake(tmp_path, INBOX + EMAIL, {})
    assert sentence == f"{dotenv} can be read by others (mode {mode:04o}): run chmod 600 {dotenv}"
    dotenv.unlink()
    word = write_private(tmp_path / "word", "crocus")
    word.chmod(mode)
    assert f"run chmod 600 {word}" in only_mistake(tmp_path, INBOX, {"REMINDERBOT_IMAP_PASSWORD_FILE": str(word)})


@pytest.mark.parametrize("mode", [0o400, 0o600])
def test_a_file_of_secrets_for_its_owner_alone_is_read(tmp_path: Path, mode: int) -> None:
    write_private(tmp_path / ".env", "REMINDERBOT_IMAP_PASSWORD=crocus\n").chmod(mode)
    assert imap_password(tmp_path, {}) == "crocus"


@pytest.mark.parametrize(
    ("content", "cure"),
    [
        (b"one\ntwo\n", "write the secret on one line"),
        (b"a\x00b", "control character"),
        (b"M\xfc\n", "save it as UTF-8"),
    ],
)
def test_a_secret_that_could_not_be_sent_whole_is_refused(tmp_path: Path, content: bytes, cure: str) -> None:
    write_private(tmp_path / "word", "").write_bytes(content)
    sentence = only_mistake(tmp_path, INBOX, {"REMINDERBOT_IMAP_PASSWORD_FILE": "word"})
    assert cure in sentence
    assert "two" not in sentence


def test_a_file_of_secrets_that_is_not_there_is_told(tmp_path: Path) -> None:
    sentence = only_mistake(tmp_path, INBOX, {"REMINDERBOT_IMAP_PASSWORD_FILE": "gone"})
    assert f"REMINDERBOT_IMAP_PASSWORD_FILE names {tmp_path}/gone, which cannot be read" in sentence


def test_a_secret_does_not_show_itself(tmp_path: Path) -> None:
    secret = Secret("hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {secret:>20} {[secret]} {load(tmp_path, INBOX)!r}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        copy.deepcopy(secret)
    assert secret.reveal() == "hunter2"
    assert secret == Secret("hunter2") != Secret("hunter3")


# Signing in


SIGNED_IN = EMAIL + 'username = "accounts@brightwater.example"\nauth = "oauth2"\n' + INBOX + 'auth = "oauth2"\n'
GOOGLE = '[oauth]\nprovider = "google"\nclient_id = "ours"\n'


def test_whoever_signs_in_needs_no_password_and_may_bring_a_refresh_token(tmp_path: Path) -> None:
    given = {"REMINDERBOT_OAUTH_REFRESH_TOKEN": "canary-r", "REMINDERBOT_OAUTH_CLIENT_SECRET": "canary-s"}
    config = load(tmp_path, SIGNED_IN + GOOGLE, given)
    assert config.oauth and config.oauth.refresh_token and config.oauth.client_secret
    assert (config.oauth.refresh_token.reveal(), config.oauth.client_secret.reveal()) == ("canary-r", "canary-s")
    assert "canary-" not in repr(config)
    bare = load(tmp_path, SIGNED_IN + GOOGLE, {})
    assert bare.oauth and bare.oauth.refresh_token is None and bare.oauth.client_secret is None


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (INBOX + 'auth = "oauth2"\n', "[oauth]", "[inbox] auth"),
        (EMAIL + 'auth = "oauth2"\n' + GOOGLE, "[email] username", "the account you sign in with"),
        (INBOX + 'auth = "oauth"\n' + GOOGLE, "[inbox] auth", "oauth2"),
        ('[oauth]\nprovider = "google"\n', "[oauth] client_id", "missing"),
        (GOOGLE.replace("google", "other"), "[oauth] token_url", "https://"),
        (GOOGLE.replace("google", "gogle"), "[oauth] provider", "google"),
        (GOOGLE + 'token_url = "http://provider.example/token"\n', "[oauth] token_url", "https://"),
        (GOOGLE + 'tenant = "a/../b"\n', "[oauth] tenant", "not a tenant"),
        (GOOGLE + 'tenant = "shop.example"\n', "[oauth] tenant", 'write provider = "microsoft"'),
        (GOOGLE + 'client_secret = "canary"\n', "[oauth] client_secret", "REMINDERBOT_OAUTH_CLIENT_SECRET=..."),
        (GOOGLE + 'refresh_token = "canary"\n', "[oauth] refresh_token", "REMINDERBOT_OAUTH_REFRESH_TOKEN=..."),
    ],
)
def test_a_mistake_in_signing_in_is_told_with_its_place_and_cure(
    tmp_path: Path, text: str, place: str, words: str
) -> None:
    sentence = only_mistake(tmp_path, text, PASSWORDS)
    assert sentence.startswith(f"config.toml: {place}: ") and words in sentence
    assert "canary" not in sentence


@pytest.mark.parametrize("url", ["postgresql://u@127.0.0.1:x/x", "postgresql://u@h/x?password=hunter2"])
def test_a_store_address_that_cannot_be_used_is_told_without_its_password(tmp_path: Path, url: str) -> None:
    sentence = only_mistake(tmp_path, f'[store]\nurl = "{url}"\n')
    assert "[store] url" in sentence
    assert "hunter2" not in sentence


# Segments

SEGMENT = '[[segment]]\nname = "loyal"\nhistory = "good_payer"\npatience_days = 14\n'


def test_a_segment_climbs_the_main_ladder_so_many_days_later(tmp_path: Path) -> None:
    (loyal,) = load(tmp_path, SEGMENT + 'without = ["sms"]\n').segments
    assert [tier.days for tier in loyal.ladder.tiers] == [-3, 17, 24, 32, 42, 49, 56, 70]
    assert not any(Channel.SMS in tier.channels for tier in loyal.ladder.tiers)
    assert not loyal.has_own_ladder


def test_a_segment_may_have_a_ladder_of_its_own_made_later_as_well(tmp_path: Path) -> None:
    own = '[[segment.ladder]]\nname = "soft"\ndays = 10\n[[segment.ladder]]\nname = "last"\ndays = 45\n'
    config = load(tmp_path, SEGMENT + own)
    assert [(tier.name, tier.days, tier.letter) for tier in config.segments[0].ladder.tiers] == [
        ("soft", 24, "soft"),
        ("last", 59, "last"),
    ]
    assert config.segments[0].has_own_ladder
    assert config.ladder.tiers == DEFAULT_LADDER.tiers


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("patience_days = -1", "-1 is outside 0 to 365 (a segment waits longer, never shorter)"),
        ('kind = "robot"', 'is not known: write "person" or "company"'),
        ('history = "bad"', 'is not known: write "good_payer"'),
        ("owed_from = 10\nowed_up_to = 9", "10 is more than owed_up_to = 9"),
        ('countries = ["UK"]', "did you mean GB?"),
        ('grups = ["a"]', "did you mean groups?"),
        ("ladder = 5", "is not a list of tiers: write [[segment.ladder]]"),
        ('[[segment.ladder]]\nname = "only"\ndays = 29', "customers are given at least 30 days before it"),
        ('[[segment.ladder]]\nname = "a"\ndays = 3\ntask = "x"', "is not known"),
        (
            '[[segment.ladder]]\nname = "check-in"\ndays = 3\n[[segment.ladder]]\nname = "gentle"\ndays = 33',
            "tier 'check-in' comes before 'gentle', in the main ladder after it",
        ),
        ('without = ["email"]', "has no channel"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_segment_is_a_sentence(tmp_path: Path, written: str, told: str) -> None:
    found = mistakes(tmp_path, f'[[segment]]\nname = "some"\n{written}\n')
    assert any(told in sentence for sentence in found), found


def test_two_segments_of_one_name_and_one_that_is_never_reached_are_told(tmp_path: Path) -> None:
    twice = mistakes(tmp_path, '[[segment]]\nname = "a"\n[[segment]]\nname = "a"\n')
    assert twice == ["config.toml: [[segment]]: two segments are called 'a': give each a name of its own"]
    hidden = '[[segment]]\nname = "all"\ngroups = ["x", "Y"]\n[[segment]]\nname = "b"\ngroups = ["y"]\nowed_from = 5\n'
    assert mistakes(tmp_path, hidden) == [
        "config.toml: [[segment]]: 'b' is never reached: 'all' takes all of its customers in; swap the two"
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('groups = ["y"]\nowed_from = 5', 'groups = ["y"]'),
        ("owed_up_to = 5", "owed_up_to = 6"),
        ('countries = ["DE"]', 'groups = ["y"]'),
        ('history = "good_payer"', 'kind = "person"'),
        ("", 'kind = "person"'),
    ],
)
def test_segments_that_take_only_some_of_the_next_ones_customers_stand_beside_it(
    tmp_path: Path, first: str, second: str
) -> None:
    text = f'[[segment]]\nname = "a"\n{first}\n[[segment]]\nname = "b"\n{second}\n'
    assert [known.name for known in load(tmp_path, text).segments] == ["a", "b"]


# ---- other values, tried out


@pytest.mark.parametrize(
    "ladder", ["", '[[ladder]]\nname = "gentle"\ndays = 3\nneeds = "approval"\n[[ladder]]\nname = "last"\ndays = 42\n']
)
def test_a_tier_that_is_tried_on_another_day_is_as_it_was_otherwise(tmp_path: Path, ladder: str) -> None:
    config = load(tmp_path, ladder + "[sending]\nmax_per_day = 40\n" + SEGMENT)

    tried = changed(config, [Dial(Table.LADDER, "gentle", "5"), Dial(Table.SENDING, "min_balance", "2.50")])

    assert {tier.name: tier.days for tier in tried.ladder.tiers} == {
        tier.name: 5 if tier.name == "gentle" else tier.days for tier in config.ladder.tiers
    }
    place = config.ladder.index("gentle")
    assert tried.ladder.tiers[place] == dataclasses.replace(config.ladder.tiers[place], days=5)
    assert (tried.sending.max_per_day, tried.sending.min_balance) == (40, Decimal("2.50"))
    assert tried.segments[0].ladder.tiers[place].days == 5 + 14


def test_a_segment_that_is_tried_with_more_patience_waits_longer(tmp_path: Path) -> None:
    config = load(tmp_path, SEGMENT)

    tried = changed(config, [Dial(Table.SEGMENT, "loyal", "21")])

    assert tried.segments[0].ladder == config.ladder.later(21)
    assert changed(config, []) == config


def test_what_is_tried_is_judged_like_a_file(tmp_path: Path) -> None:
    config = load(tmp_path, "")
    dials = [Dial(Table.LADDER, "last", "20"), Dial(Table.SENDING, "window", "07:00-23:00")]

    with pytest.raises(ConfigMistakes) as told:
        changed(config, dials)

    assert "window" in str(told.value)
    assert "'last'" in str(told.value)
