"""The `fieldhand` command: one module per verb, imported only when that verb runs.

Importing TensorFlow, Celery or Flask takes seconds, so `fieldhand read` must not pay for `train`.
"""

from __future__ import annotations

import importlib
import os
import sys

import click

from forms_app.errors import FieldhandError

VERBS = {
    "audit": "Verify the audit trail, anchor it, take it along.",
    "backup": "Add a backup of database and files to a folder.",
    "classify": "Recognise the characters in your own images.",
    "config": "Show every setting that is in force and where it comes from.",
    "demo": "Read the shipped demo forms through the whole system.",
    "doctor": "Check whether everything works and say what to do.",
    "erase": "Delete all that there is of one form, with proof.",
    "evaluate": "Measure the recogniser on a data set.",
    "files": "Encrypt what is kept of scans, pages and exports.",
    "export": "Write what was read to a file.",
    "migrate": "Bring the database to the newest schema.",
    "read": "Read filled forms without a server or a database.",
    "restore": "Fill an empty site from a backup.",
    "serve": "Start everything on this machine and work in the browser.",
    "submit": "Put files and folders of this machine into a batch.",
    "synthesize": "Draw filled forms of a template with known truth.",
    "template": "Check, import and export form template files.",
    "token": "Let programs in: API tokens.",
    "train": "Train the recogniser.",
    "user": "Name the people who work here.",
    "views": "Make and list the SQL views of templates.",
    "watch": "Take what scanners put into a folder into batches.",
    "worker": "Run one Celery worker in the foreground.",
}


class LazyVerbs(click.Group):
    """Lists every verb from the table above, imports the one that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"forms_app.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(VERBS.items()))


@click.command(cls=LazyVerbs)
@click.version_option(package_name="fieldhand", prog_name="fieldhand")
def fieldhand() -> None:
    """Read the handwriting in paper forms."""


def main() -> None:
    """Run the command; an expected failure is one sentence on stderr and exit code 2."""
    # Our solves are tiny: with more threads than one, OpenBLAS spends 45 % more time on a page.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        fieldhand(prog_name="fieldhand")
    except FieldhandError as error:
        click.echo(f"fieldhand: {error.message}", err=True)
        sys.exit(2)
