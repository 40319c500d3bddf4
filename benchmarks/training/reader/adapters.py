"""Low-rank adapters: a large network is trained by a few small matrices (Hu et al. 2022, "LoRA").

Own code rather than the library ``peft``, which would bring ``accelerate`` and more for these few lines.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

# The product is added twice: the usual choice of alpha = 2 · rank.
SCALE = 2.0


class LowRankLinear(nn.Linear):
    """A frozen linear layer, plus the product of two trained thin matrices.

    It has the weights of the layer under the same names, so a state of the network without adapters fits.
    """

    def __init__(self, layer: nn.Linear, rank: int) -> None:
        """Share the layer's weights. One of the new matrices is zero, so nothing changes before training."""
        nn.Module.__init__(self)
        self.in_features, self.out_features = layer.in_features, layer.out_features
        self.weight, self.bias = layer.weight, layer.bias
        self.down = nn.Parameter(torch.randn(rank, self.in_features) / self.in_features**0.5)
        self.up = nn.Parameter(torch.zeros(self.out_features, rank))

    def forward(self, input: Tensor) -> Tensor:
        """Return the sum of both, which costs no product of two full matrices."""
        return super().forward(input) + SCALE * linear(linear(input, self.down), self.up)

    def merge_adapter(self) -> None:
        """Add the product to the layer's weights, for a network that is not trained any more."""
        self.weight += SCALE * self.up @ self.down
        self.up.zero_()


def add_adapters(network: nn.Module, rank: int) -> None:
    """Freeze the network, and put an adapter beside each of its linear layers."""
    network.requires_grad_(False)
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Linear):
                setattr(module, name, LowRankLinear(child, rank))


@torch.no_grad()
def merge_adapters(network: nn.Module) -> None:
    """Make the adapters part of the layers beside them."""
    for module in network.modules():
        if isinstance(module, LowRankLinear):
            module.merge_adapter()
