"""`reminderbot user`: who may sign in at the desk."""

from __future__ import annotations

import click

from reminderbot.cli.line import Line, actor
from reminderbot.cli.show import as_json, emit, say
from reminderbot.cli.words import moment
from reminderbot.core.user import Role
from reminderbot.desk.user import Invitation, anybody, close, desk_address, give_role, invite, link_of, listed
from reminderbot.house import House

_ROLE = click.Choice([role.value for role in Role])


@click.group("user")
def user_command() -> None:
    """Who may sign in at the desk: add, invite anew, list, change, close."""


@user_command.command("add")
@click.argument("name")
@click.option("--role", type=_ROLE, default=Role.COLLECTOR.value, show_default=True, help="What they may do.")
@click.pass_obj
def add_command(line: Line, name: str, role: str) -> None:
    """Let somebody in: prints a link, good once and for a day, by which they choose a password."""
    with line.house() as house:
        _tell(house, invite(house, actor(), name, Role(role)))


@user_command.command("invite")
@click.argument("name")
@click.pass_obj
def invite_command(line: Line, name: str) -> None:
    """A new link for somebody who lost theirs or their password; the old password and all sessions end."""
    with line.house() as house:
        _tell(house, invite(house, actor(), name))


@user_command.command("list")
@as_json
@click.pass_obj
def list_command(line: Line, as_json: bool) -> None:
    """Who may sign in."""
    with line.house() as house:
        people, zone = listed(house), house.rules.zone
    if as_json:
        emit([{"name": k.user.name, "role": k.user.role, "invited_until": k.invited_until} for k in people])
        return
    for known in people:
        until = known.invited_until
        waits = f"  has not chosen a password yet; the link ends {moment(until, zone)}" if until else ""
        say(f"{known.user.name:<24} {known.user.role:<10}{waits}".rstrip())
    if not people:
        click.echo("Nobody can sign in yet: `reminderbot user add NAME --role owner` makes the first owner.")


@user_command.command("role")
@click.argument("name")
@click.argument("role", type=_ROLE)
@click.pass_obj
def role_command(line: Line, name: str, role: str) -> None:
    """Make somebody an owner or a collector; they sign in anew."""
    with line.house() as house:
        give_role(house, actor(), name, Role(role))
    say(f"{name} is now {role}, and signs in anew.")


@user_command.command("close")
@click.argument("name")
@click.pass_obj
def close_command(line: Line, name: str) -> None:
    """Let somebody in no more; what they did stays in the journal under their name."""
    with line.house() as house:
        close(house, actor(), name)
    say(f"{name} cannot sign in any more.")


def _tell(house: House, made: Invitation) -> None:
    say(f"{made.user.name} is invited as {made.user.role}. This link lets them choose a password, once, until")
    say(f"{moment(made.until, house.rules.zone)}; give it to nobody else:")
    click.echo(f"\n  {link_of(house, made)}\n")


def first_owner(house: House, *, at_terminal: bool) -> str:
    """What to say where the desk is served and nobody can sign in; empty otherwise."""
    if house.listen is None or anybody(house):
        return ""
    if not at_terminal:
        return "Nobody can sign in at the desk yet: `reminderbot user add NAME --role owner` prints a link."
    made = invite(house, actor(), "owner", Role.OWNER)
    told = f"The desk is at {desk_address(house)}. Its first owner signs in by this link, once, within a day:"
    return f"{told}\n\n  {link_of(house, made)}\n"
