"""Prints the token that makes the first administrator, where nobody can sign in yet.

Run as a module, in a process of its own, so that the supervisor stays small.
"""

from __future__ import annotations

import sys

from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.errors import FieldhandError
from forms_app.services.invitations import first_link


def main() -> None:
    """Print it, or nothing."""
    app = bootstrap(load_settings())
    try:
        print(first_link(app) or "")
    except FieldhandError as error:
        print(error.message)
        sys.exit(1)
    finally:
        app.close()


if __name__ == "__main__":
    main()
