"""Where the vectors of an index are if they are not in its folder: in a database, which other machines may share."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from index.errors import StoreError, UsageError

# The store that needs a database.
MILVUS = "milvus"
# In the folder of an index. It names no secret, only the file that holds it.
ACCESS_FILE = "database.json"


# The names of the fields are the keys of ``database.json``.
@dataclass(frozen=True, slots=True)
class StoreAccess:
    """How to reach a database that keeps vectors; without a ``uri`` there is none.

    ``name`` tells the collections of one index from those of others in the same database. ``token_file`` holds
    ``user:password`` or a token. ``ca`` is the certificate of who signed the database's own, if the system does not
    know it; a ``uri`` with https is encrypted. ``timeout_s`` is the longest that a question waits for a call, with all
    its repetitions.
    """

    uri: str = ""
    name: str = "netsphere"
    token_file: str = ""
    ca: str = ""
    timeout_s: int = 3

    @property
    def token(self) -> str:
        """The secret, read anew each time, so that it can be changed; raise StoreError if it cannot be read."""
        try:
            return Path(self.token_file).read_text(encoding="utf-8").strip() if self.token_file else ""
        except (OSError, ValueError) as error:
            raise StoreError(f"cannot read the token of the database in {self.token_file}: {error}") from error

    def write(self, root: Path) -> None:
        """Remember in the folder of an index where its vectors are. Raise OSError."""
        root.mkdir(parents=True, exist_ok=True)
        draft = root / f"{ACCESS_FILE}.new"
        draft.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        draft.replace(root / ACCESS_FILE)

    @classmethod
    def read(cls, root: Path) -> "StoreAccess":
        """Return where the vectors of an index are; raise StoreError if the file that says so is damaged."""
        try:
            return cls(**json.loads((root / ACCESS_FILE).read_text(encoding="utf-8")))
        except (FileNotFoundError, NotADirectoryError):
            return LOCAL
        except (OSError, ValueError, TypeError) as error:
            raise StoreError(
                f"{root / ACCESS_FILE} cannot be read ({error}); write it again with: python -m index pull --store-uri"
            ) from error


# Vectors are in the folder of the index.
LOCAL = StoreAccess()


def remember_access(root: Path, store: str, access: StoreAccess) -> None:
    """Write down in the folder of an index which database has its vectors, as the settings say.

    Without an address, what was written before holds. Raise UsageError if the store does not fit, and OSError.
    """
    before = StoreAccess.read(root)
    if store != MILVUS:
        if before.uri:
            raise UsageError(
                f"the index in {root} is shared by the database at {before.uri}, and {store!r} is not the store "
                f"{MILVUS!r}; build it with --store {MILVUS}, or another one with --index"
            )
    elif access.uri:
        access.write(root)
    elif not before.uri:
        raise UsageError(f"invalid value '' for --store-uri: --store {MILVUS} needs it, such as http://127.0.0.1:19530")
