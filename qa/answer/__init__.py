"""From evidence to an answer: calibration, building, and the answer as JSON or on a terminal."""
