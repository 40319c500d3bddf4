"""How the reader is kept: what training changed of MiniLM, in whole numbers of four bits.

The tables are kept as their difference to the published weights, each row as integers from -7 to 7 and a
scale. The difference is small beside the weights, so rounding it costs little.
"""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

LEVELS = 7
SCALE = ".scale"


def pack(trained: Mapping[str, Tensor], base: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors that differ from ``base``: tables as two integers a byte and scales, the rest in float16."""
    packed: dict[str, Tensor] = {}
    for name, tensor in trained.items():
        if name in base and torch.equal(tensor, base[name]):
            continue
        if name in base and tensor.ndim == 2:
            change = tensor.float() - base[name].float()
            scale = change.abs().amax(dim=1, keepdim=True).clamp(min=1e-12) / LEVELS
            numbers = (change / scale).round().to(torch.int16) + LEVELS
            packed[name] = (numbers[:, ::2] * 16 + numbers[:, 1::2]).to(torch.uint8)
            packed[name + SCALE] = scale
        else:
            packed[name] = tensor.half()
    return packed


def unpack(packed: Mapping[str, Tensor], base: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Float32 tensors by name: those of ``base``, with what ``packed`` changes."""
    found = dict(base)
    for name, tensor in packed.items():
        if name.endswith(SCALE):
            continue
        scale = packed.get(name + SCALE)
        found[name] = tensor.float() if scale is None else base[name].float() + _numbers(tensor) * scale
    return found


def _numbers(bytes_: Tensor) -> Tensor:
    pairs = torch.stack([bytes_ // 16, bytes_ % 16], dim=2)
    return pairs.flatten(1).float() - LEVELS


def save(packed: Mapping[str, Tensor], path: Path, told: Mapping[str, str]) -> None:
    """Writes one safetensors file; what is ``told`` stands in its head, as what it was trained on."""
    save_file({name: tensor.contiguous() for name, tensor in packed.items()}, path, dict(told))


def about(path: Path) -> dict[str, str]:
    """What ``save`` was told about the weights."""
    with safe_open(path, framework="pt") as file:
        return dict(file.metadata() or {})


def load(path: Path) -> dict[str, Tensor]:
    """What ``save`` wrote. Raises OSError or safetensors' own error for anything else."""
    return load_file(path)
