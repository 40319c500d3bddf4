"""Nothing here calls home, and no framework's own warnings fail a test."""

import os

# Before the frameworks are imported.
os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"
os.environ["LANGSMITH_TRACING"] = "false"
