"""A logistic model of named features (Platt 1999), fitted offline and shipped as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp

# Keeps the exponential within the range of a float.
MAX_EXPONENT = 30.0


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """A fitted model: the intercept, and a weight for each feature by its name."""

    intercept: float
    weights: Mapping[str, float]

    def predict_probability(self, features: object) -> float:
        """Return the probability, 0 to 1; ``features`` has an attribute for each weight."""
        total = self.intercept
        for name, weight in self.weights.items():
            total += weight * getattr(features, name)
        return 1 / (1 + exp(-max(-MAX_EXPONENT, min(MAX_EXPONENT, total))))
