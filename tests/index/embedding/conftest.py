"""Settings of the tests that run models with torch."""

import pytest
import torch


@pytest.fixture(scope="package", autouse=True)
def _one_torch_thread() -> None:
    """Use one thread: several that wait for each other take nine times as long when tests run in parallel."""
    torch.set_num_threads(1)
