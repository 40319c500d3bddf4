"""How long a question takes."""

from collections.abc import Sequence

import numpy as np

from qa.evaluation.types import Latency


def summarise_latency(alone_ms: Sequence[float], batched: int, batched_s: float) -> Latency | None:
    """Return percentiles of questions asked one at a time, and the rate of those asked in batches.

    None if nothing was asked. Trap: figures of different machines, or of a busy one, cannot
    be compared; ``benchmarks/`` measures that.
    """
    if not len(alone_ms) or not batched or batched_s <= 0:
        return None
    p50, p95 = np.percentile(alone_ms, [50, 95])
    return Latency(float(p50), float(p95), batched / batched_s, len(alone_ms))
