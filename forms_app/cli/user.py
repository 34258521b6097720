"""`fieldhand user`: the people who work here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from forms_app.cli.applications import data_option, opened_application

if TYPE_CHECKING:
    from forms_app.config import Settings
    from forms_app.services.accounts import Roles
    from forms_app.services.application import Application

ROLES = ("designer", "operator", "reviewer", "supervisor", "auditor")

url_option = click.option(
    "--url",
    help="Address of the pages, as it is to stand in the link.  [default: the setting "
    "site_url, else the first of allowed_hosts, else http://127.0.0.1:8080]",
)


@click.group(name="user")
def command() -> None:
    """Name the people who work here."""


@command.command()
@click.argument("name")
@click.option("--login", help="Let them sign in as this, and print the link for their password.")
@click.option("--admin", is_flag=True, help="They may do everything.")
@click.option("--role", "roles", type=click.Choice(ROLES), multiple=True, help="What they may do.")
@click.option("--project", default="Main", show_default=True, help="Where they may do it.")
@url_option
@data_option
def add(
    name: str,
    login: str | None,
    admin: bool,
    roles: tuple[str, ...],
    project: str,
    url: str | None,
    data: Path | None,
) -> None:
    """Add NAME: with --login to those who can sign in, else to those whom people choose from."""
    from forms_app.services.accounts import invite
    from forms_app.services.people import add_person

    if login is None and (admin or roles):
        raise click.UsageError("--admin and --role are for people with a --login.")
    with opened_application(data) as app:
        if login is None:
            click.echo(f"{add_person(app, name).name} can be chosen now.")
            return
        invited = invite(app, name, login, _roles(app, project, roles), admin, user_id=None)
        click.echo(f"{invited.name} chooses a password with this link, once, within 3 days:")
        click.echo(_address(app.settings, url, invited.token))


@command.command()
@click.argument("login", required=False)
@url_option
@data_option
def link(login: str | None, url: str | None, data: Path | None) -> None:
    """Print a link with which LOGIN chooses a new password.

    Without LOGIN it makes the first administrator, as long as nobody can sign in as one.
    """
    from forms_app.errors import ConflictError
    from forms_app.services import accounts, invitations

    with opened_application(data) as app:
        if login is not None:
            account = accounts.find_login(app, login)
            token = accounts.reset_password(app, account.id, user_id=None).token
            click.echo(f"{account.name} chooses a password with this link, once, within 3 days:")
        elif (first := invitations.first_link(app)) is not None:
            token = first
            click.echo("The first administrator opens this link, once, within 24 hours:")
        else:
            raise ConflictError(
                "An administrator can sign in already; say whose link: fieldhand user link LOGIN."
            )
        click.echo(_address(app.settings, url, token))


def _roles(app: Application, project: str, roles: tuple[str, ...]) -> Roles:
    from forms_app.services.dto.accounts import Role
    from forms_app.services.projects import project_called

    if not roles:
        return set()
    project_id = project_called(app, project)
    return {(project_id, Role(role)) for role in roles}


def _address(settings: Settings, url: str | None, token: str) -> str:
    url = url or settings.site_url
    if not url:
        names = [name.strip() for name in settings.allowed_hosts.split(",")]
        name = next((name for name in names if name.strip("*")), None)
        url = f"https://{name}" if name else "http://127.0.0.1:8080"
    return f"{url.rstrip('/')}/invitation/{token}"
