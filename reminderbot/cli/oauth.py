"""`reminderbot oauth`: signs in at a provider that takes no password."""

from __future__ import annotations

import os
import time

import click

from reminderbot.cli.line import Line
from reminderbot.cli.show import say
from reminderbot.desk.refusal import Refused


@click.group("oauth")
def oauth_command() -> None:
    """Sign in at Google, Microsoft or another provider: login."""


@oauth_command.command("login")
@click.option("--paste", is_flag=True, help="The browser is elsewhere: paste the address at which it ends.")
@click.pass_obj
def login_command(line: Line, paste: bool) -> None:
    """Get the refresh token for the account of [oauth], once; it is kept in the state folder and never shown.

    You agree in a browser, at Microsoft on any machine, at Google on this one or with --paste.
    """
    from reminderbot.oauth import login
    from reminderbot.wiring import client_of, kept_token, provider_of, state_folder

    config = line.settings(with_secrets=True)
    if config.oauth is None:
        raise Refused("The settings have no [oauth] table: write one with provider and client_id first.")
    folder = state_folder(config)
    if folder.stat().st_uid != os.geteuid():
        raise Refused(f"{folder} belongs to another user: run this as that user, who must be able to read the token.")
    provider, client = provider_of(config.oauth), client_of(config.oauth)
    if not provider.authorize_url and (paste or not provider.device_url):
        one = "authorize_url" if paste else "device_url or authorize_url"
        raise Refused(f"[oauth] does not say where you agree: write {one}, as the provider's manual names it.")
    if paste:
        token = login.by_paste(provider, client, say, lambda: str(click.prompt("Address")))
    elif provider.device_url:
        token = login.by_code(provider, client, say, time.sleep)
    else:
        token = login.by_browser(provider, client, say)
    kept = kept_token(config.oauth, folder)
    with kept.alone():
        kept.keep(token)
    say(f"Signed in. The refresh token lies in {kept.path}, and nobody else may read it.")
    say("Next: `reminderbot check`, and `systemctl reload reminderbot` where the service runs.")
