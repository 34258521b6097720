"""The ways in which files lie in one store, in the order in which they are looked for.

What is new goes onto the first shelf; the others hold what came before a key was set or changed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TypeVar

import obstore
from obstore.store import ObjectStore

from forms_app.encrypted_store import EncryptedShelf
from forms_app.errors import StorageKeyError
from forms_app.file_keys import FileKey
from forms_app.plain_store import PlainShelf, Shelf, object_paths

KEYS_FOLDER = "_keys"
"""Holds an empty file for each key that files are encrypted with, named by the key's id."""

T = TypeVar("T")


class Shelves:
    """The shelves of one store: of each key in turn, then of plain files.

    Raises (every method):
        StorageKeyError: What is looked for is not there, or something new is to be kept, and the
            store has files under a key that is not given.
    """

    def __init__(self, store: ObjectStore, keys: Sequence[FileKey] = ()) -> None:
        self._store = store
        self._keys = tuple(keys)
        encrypted: list[Shelf] = [EncryptedShelf(store, key) for key in keys]
        self.all: tuple[Shelf, ...] = (*encrypted, PlainShelf(store))
        self._is_ready = False

    @property
    def first(self) -> Shelf:
        """Where new files go."""
        return self.all[0]

    def to_write(self) -> Shelf:
        """The first shelf, once it is known that all keys are given, and noted that its is used."""
        if not self._is_ready:
            self.check_keys()
            if self._keys:
                obstore.put(self._store, f"{KEYS_FOLDER}/{self._keys[0].id}", b"")
            self._is_ready = True
        return self.first

    def check_keys(self) -> None:
        """Compare the keys that the store's files need with those that are given."""
        missing = self._used_keys() - {key.id for key in self._keys}
        if missing:
            raise StorageKeyError(_wrong_key(sorted(missing), has_some=bool(self._keys)))

    def looked_for(self, look: Callable[[Shelf], T]) -> T:
        """What `look` finds on the first shelf where it raises no `FileNotFoundError`."""
        # Twice: a file may move to the first shelf after that was looked at.
        for shelf in (*self.all, *self.all[:-1]):
            try:
                return look(shelf)
            except FileNotFoundError:
                continue
        self.check_keys()
        raise FileNotFoundError("on no shelf")

    def retire_keys(self) -> tuple[str, ...]:
        """Note that keys but the first are not needed any more, where they are not; their ids."""
        retired = [key.id for key in self._keys[1:] if _is_empty(EncryptedShelf(self._store, key))]
        for key_id in retired:
            if key_id in self._used_keys():
                obstore.delete(self._store, f"{KEYS_FOLDER}/{key_id}")
        return tuple(retired)

    def delete_all_but(self, keys: Collection[str]) -> None:
        """Delete every file of none of `keys`."""
        for shelf in self.all:
            kept = {shelf.path(key) for key in keys}
            for path in shelf.paths():
                if path not in kept:
                    obstore.delete(self._store, path)

    def _used_keys(self) -> set[str]:
        paths: Iterator[str] = object_paths(self._store, KEYS_FOLDER)
        return {path.rpartition("/")[2] for path in paths}


def _is_empty(shelf: Shelf) -> bool:
    return next(iter(shelf.paths()), None) is None


def _wrong_key(missing: Sequence[str], *, has_some: bool) -> str:
    """`missing` are ids of keys."""
    ids = ", ".join(key_id[:8] for key_id in missing)
    if not has_some:
        return (
            f"The stored files are encrypted (key {ids}); give their key in the setting files_key."
        )
    return (
        f"Some stored files are encrypted with another key ({ids}) than files_key has; add that "
        "key behind the first one, separated by a comma."
    )
