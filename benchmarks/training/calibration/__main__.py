"""python -m benchmarks.training.calibration: fit and document the confidence."""

from benchmarks.training.calibration.fit import main

main(prog_name="python -m benchmarks.training.calibration")
