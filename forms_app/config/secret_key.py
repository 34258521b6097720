"""The key that signs sessions and forms."""

from __future__ import annotations

import os
import secrets

from forms_app.config.settings import Settings

KEY_FILE = "secret.key"


def load_secret_key(settings: Settings) -> str:
    """The key that signs sessions: the setting, or one made once and kept in the data folder."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.data_dir / KEY_FILE
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32), encoding="ascii")
        # link() fails when another process was first: whoever comes first wins, nobody overwrites.
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii")
