"""The errors of the program. Every message is one sentence that names the value and the remedy."""


class NetsphereError(Exception):
    """The root of every error that Netsphere raises on purpose."""


class UsageError(NetsphereError):
    """A wrong call (exit code 2): a setting out of bounds, or a folder that does not exist."""


class LoadError(NetsphereError):
    """A file, or a line of it, that cannot become a document; a build lists it and continues."""


class ModelError(NetsphereError):
    """An encoder that is missing, damaged, or not the one that an index was made with."""


class QuantizationError(ModelError):
    """A model that cannot be converted to int8, or whose int8 vectors differ too much from the float32 ones."""


class StoreError(NetsphereError):
    """A database that keeps vectors and cannot be reached, refuses, or does not have what it should."""


class BuildError(NetsphereError):
    """A build that published nothing; what was served before is unchanged."""


class BuildInProgress(BuildError):
    """Another build that holds the lock of the same index."""


class ShardError(NetsphereError):
    """A folder of shards in which a file is missing, damaged, or of another model or other settings."""


class GenerationError(NetsphereError):
    """An index that cannot be served."""


class GenerationNotFound(GenerationError):
    """An index folder without a generation."""


class LostPointer(GenerationError):
    """An index folder whose pointer names no generation that is there."""


class DamagedGeneration(GenerationError):
    """A generation of which a file is missing or differs from what was written."""


class UnreadableGeneration(DamagedGeneration):
    """A generation of which the system does not read a file: a permission, a faulty disk, a lost network share."""


class IncompatibleGeneration(GenerationError):
    """A generation made by another model or in another format."""
