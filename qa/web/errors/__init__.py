"""Every failure becomes one shape, problem+json."""
