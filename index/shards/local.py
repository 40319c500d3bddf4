"""Embed shards in processes of this machine, one for each processor.

A process that is killed costs the shards that were being embedded; the others are done, and new processes take what is
left.
"""

import logging
import multiprocessing
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from pathlib import Path

from index.build.process_limits import end_with_parent
from index.errors import ShardError
from index.processors import count_all_cpus, give_children_one_thread, share_cpus
from index.progress import Advance, Progress
from index.shards.embed import EmbeddingRun, LoadEncoder, ShardJob, embed_shard
from index.types import Encoder

# How often progress is shown though no shard was finished.
POLL_S = 1.0
# Times in a row that processes may be killed without a single shard being finished in between.
MAX_LOSSES = 3
log = logging.getLogger(__name__)
# What a worker loads the model with; set once in each.
_load_encoder: LoadEncoder | None = None


def embed_locally(run: EmbeddingRun, progress: Progress) -> int:
    """Embed the shards that are missing, and return how many they were.

    Raise ShardError if processes are killed again and again, ModelError, and OSError.
    """
    missing = run.list_missing()
    with progress.step("embedding", run.count_characters(missing), "characters") as advance:
        left, losses = missing, 0
        while left:
            is_whole = _embed_until_loss(run, left, advance)
            before, left = left, [] if is_whole else run.list_missing()
            losses = losses + 1 if len(left) == len(before) else 0
            if losses == MAX_LOSSES:
                raise ShardError(
                    f"processes that embed were killed {MAX_LOSSES} times, probably for lack of memory; "
                    f"{run.describe_rest()}, with fewer processors (taskset -c 0) for less memory"
                )
    return len(missing)


def _embed_until_loss(run: EmbeddingRun, numbers: Sequence[int], advance: Advance) -> bool:
    """Embed shards until all are done or a process is killed; return whether all are done."""
    count = min(count_all_cpus(), len(numbers))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, context, _start_worker, (run.load_encoder, count)) as pool:
        with give_children_one_thread():
            pending = {pool.submit(_embed, *run.get_paths(number), run.make_job(number)): number for number in numbers}
        try:
            while pending:
                done, _ = wait(pending, POLL_S, FIRST_COMPLETED)
                for future in done:
                    number = pending.pop(future)
                    future.result()
                    advance(run.count_characters([number]), f"{len(pending)} shards left")
                advance(0)
        except BrokenProcessPool:
            log.warning("a process that embeds was killed; the shards that it was at are embedded again")
        finally:
            pool.shutdown(cancel_futures=True)
    return not pending


def _start_worker(load_encoder: LoadEncoder, processes: int) -> None:
    """Prepare a process for shards."""
    global _load_encoder
    end_with_parent()
    share_cpus(processes)
    _load_encoder = load_encoder


@cache
def _get_encoder() -> Encoder:
    """Return the model, loaded with the first shard of this process."""
    assert _load_encoder  # noqa: S101 — set by _start_worker
    return _load_encoder()


def _embed(source: Path, target: Path, job: ShardJob) -> None:
    embed_shard(source, target, job, _get_encoder())
