"""What holds for every route of the desk: it is asked for by its own name, by somebody who may, with proof."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter, Rule

from reminderbot.core.user import Role
from reminderbot.desk.user import invite, link_of
from reminderbot.house import House
from reminderbot.web.access import WHO, Who
from reminderbot.web.app import make_app
from reminderbot.web.guard import LARGEST_FORM, inside
from tests.web.browser import PASSWORD, Browser, signed_in

HEADERS = (
    ("content-security-policy", "default-src 'none'"),
    ("content-security-policy", "frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-store"),
)


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Every method, path (its variables filled in with something) and endpoint."""
    return [
        (method, path(app, rule), rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def path(app: Flask, rule: Rule) -> str:
    filled = {name: 1 if isinstance(rule._converters[name], IntegerConverter) else "x" for name in rule.arguments}
    with app.test_request_context(base_url="http://127.0.0.1:8470"):
        return app.url_for(rule.endpoint, **filled)


def test_every_route_stands_in_the_table_and_every_line_of_it_is_a_route(house: House) -> None:
    assert {endpoint for _, _, endpoint in routes(make_app(house))} == set(WHO)


def test_a_route_that_stands_in_no_table_is_refused_to_everybody(house: House) -> None:
    app = make_app(house)
    app.add_url_rule("/stray", "stray", lambda: "something that was forgotten")
    assert Browser(house, app).get("/stray").status == 403
    assert signed_in(house, app=app).get("/stray").status == 403


def test_a_passer_by_is_sent_to_the_door_from_every_page_that_is_not_for_anyone(house: House) -> None:
    app = make_app(house)
    asked = [(path, end) for method, path, end in routes(app) if method == "GET" and WHO[end] is not Who.ANYONE]
    assert asked
    for where, _ in asked:
        answer = app.test_client().get(where, base_url="http://127.0.0.1:8470")
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/sign-in"), where


@pytest.mark.parametrize("role", list(Role))
def test_every_form_without_its_proof_is_refused(house: House, role: Role) -> None:
    browser = signed_in(house, role=role)
    sent = [path for method, path, _ in routes(browser.app) if method == "POST"]
    assert len(sent) >= 5
    for where in sent:
        assert browser.post(where, {"form": "x" * 32, "name": "eve"}).status == 403, where


def test_a_collector_is_refused_whatever_is_an_owners(house: House) -> None:
    signed_in(house, "olive", Role.OWNER)
    browser = signed_in(house, "carl", Role.COLLECTOR)
    proof = browser.get("/me/").form("/sign-out").fields
    asked = [(m, p) for m, p, end in routes(browser.app) if WHO[end] is Who.OWNER]
    assert asked
    for method, where in asked:
        answer = browser.get(where) if method == "GET" else browser.post(where, proof)
        assert answer.status == 403, where


def test_a_form_without_a_number_of_its_own_is_refused(house: House) -> None:
    browser = signed_in(house)
    proof = browser.get("/me/").form("/sign-out").fields
    assert browser.post("/sign-out", {"csrf_token": proof["csrf_token"]}).status == 400


def test_every_answer_carries_the_protecting_headers(house: House) -> None:
    browser = signed_in(house)
    for method, where, end in routes(browser.app):
        if end in ("static", "sign_in.leave", "me.leave_everywhere"):
            continue
        page = browser.get(where) if method == "GET" else browser.post(where, {})
        for name, value in HEADERS:
            assert value in page.headers[name], (where, name)


def test_the_cookie_is_kept_from_scripts_and_from_other_sites_and_over_tls_from_the_wire(house: House) -> None:
    invite(house, "test", "olive", Role.OWNER)
    plain = Browser(house).client.get("/sign-in", base_url="http://127.0.0.1:8470").headers["Set-Cookie"]
    assert "HttpOnly" in plain
    assert "SameSite=Lax" in plain
    public = replace(house, public_url="https://desk.example.com")
    answer = make_app(public).test_client().get("/sign-in", base_url="https://desk.example.com")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-reminderbot=")
    assert "Secure" in cookie
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_under_a_name_that_is_not_ours_there_is_nothing(house: House) -> None:
    client = make_app(replace(house, public_url="https://desk.example.com")).test_client()
    assert client.get("/sign-in", base_url="http://evil.example").status_code == 400
    assert client.get("/sign-in", base_url="https://desk.example.com").status_code == 200


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "", "/a\nb", "/a\\b"]
)
def test_nobody_is_sent_elsewhere_by_a_link_to_us(house: House, path: str) -> None:
    assert inside(path) == "/"
    browser = signed_in(house)
    browser.send(browser.get("/me/"), "/sign-out")
    page = browser.get("/sign-in")
    answer = browser.client.post(
        "/sign-in",
        data=page.form("/sign-in").fields | {"name": "olive", "password": PASSWORD, "back": path},
        base_url="http://127.0.0.1:8470",
    )
    assert answer.headers["Location"] == "/"


def test_a_session_from_before_one_signed_in_is_worth_nothing(house: House) -> None:
    browser = signed_in(house)
    browser.send(browser.get("/me/"), "/sign-out")
    browser.get("/sign-in")
    with browser.client.session_transaction(base_url="http://127.0.0.1:8470") as before:
        before["id"] = "chosen-by-somebody-else"
    browser.sign_in("olive")
    with browser.client.session_transaction(base_url="http://127.0.0.1:8470") as after:
        assert after["id"] != "chosen-by-somebody-else"


def test_a_stale_page_sends_one_to_the_door_and_back(house: House) -> None:
    browser = signed_in(house)
    browser.client.delete_cookie("reminderbot", domain="127.0.0.1")
    page = browser.get("/people/")
    assert page.path == "/sign-in?back=/people/"
    assert browser.send(page, "/sign-in", name="olive", password=PASSWORD).path == "/people/"


@pytest.mark.parametrize("number", ["9999999999", "9" * 30, "9" * 5000])
def test_a_number_beyond_all_numbers_finds_no_page(house: House, number: str) -> None:
    browser = signed_in(house)
    for path in (f"/cases/{number}", f"/mails/{number}/raw", f"/mails/1/file/{number}", f"/cases/{number}/release"):
        assert browser.get(path).status == 404, path


def test_the_head_of_a_page_may_be_asked_for(house: House) -> None:
    browser = signed_in(house)
    for method in ("HEAD", "OPTIONS"):
        assert browser.client.open("/cases/", method=method, base_url="http://127.0.0.1:8470").status_code == 200


def test_a_form_that_is_too_large_to_be_read_is_told_and_no_fault_of_ours(house: House) -> None:
    browser = signed_in(house)
    assert browser.post("/me/password", {"old": "x" * LARGEST_FORM}).status == 413


def test_an_invitation_names_the_address_of_the_settings_whatever_the_browser_asked_by(house: House) -> None:
    public = replace(house, public_url="https://desk.example.com")
    made = invite(public, "test", "carl", Role.COLLECTOR)
    assert link_of(public, made) == f"https://desk.example.com/welcome/{made.secret}"
    owner = signed_in(replace(house, listen=("127.0.0.1", 8471)))
    page = owner.send(owner.get("/people/"), "/people/invite", name="carla", role="collector")
    assert page.all("code.copy")[0].text().startswith("http://127.0.0.1:8471/welcome/")
