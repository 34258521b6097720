"""`fieldhand token`: API tokens for programs."""

from __future__ import annotations

from pathlib import Path

import click

from forms_app.cli.applications import data_option, opened_application

SCOPES = "see, design, intake, review, see_sensitive, supervise, export, audit, administer"


@click.group(name="token")
def command() -> None:
    """Let programs in: API tokens."""


@command.command()
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, help=f"Of: {SCOPES}.")
@click.option("--user", default="", help="Whose it is.  [default: the local administrator]")
@click.option("--project", default="", help="Where it works.  [default: the person's first]")
@click.option("--days", type=int, default=None, help="Valid so long.  [default: for ever]")
@data_option
def add(
    name: str, scopes: tuple[str, ...], user: str, project: str, days: int | None, data: Path | None
) -> None:
    """Make a token called NAME and print it: it is shown this once."""
    from forms_app.services.api_tokens import create_token
    from forms_app.services.token_owners import owner_named

    with opened_application(data) as app:
        made = create_token(app, owner_named(app, user, project), name, scopes, days)
    # Alone on standard output, so that a script can take it.
    click.echo(made.secret)
    click.echo(
        f"Token {made.info.id} of {made.info.user_name} in {made.info.project_name} may "
        f"{', '.join(made.info.scopes)}. Keep it safe: it is not shown again.",
        err=True,
    )


@command.command(name="list")
@data_option
def list_all(data: Path | None) -> None:
    """Show all tokens, without their secrets."""
    from forms_app.services.api_tokens import list_tokens

    with opened_application(data) as app:
        for token in list_tokens(app):
            used = f"{token.last_used_at:%Y-%m-%d %H:%M}" if token.last_used_at else "never used"
            scopes = ",".join(token.scopes)
            cells = (str(token.id), token.state, token.name, token.user_name, token.project_name)
            click.echo("\t".join((*cells, scopes, used)))


@command.command()
@click.argument("number", type=int)
@data_option
def revoke(number: int, data: Path | None) -> None:
    """Let nobody in with the token NUMBER any more."""
    from forms_app.services.api_tokens import revoke_token
    from forms_app.services.token_owners import owner_named

    with opened_application(data) as app:
        revoke_token(app, number, owner_named(app))
    click.echo(f"Token {number} is revoked.")
