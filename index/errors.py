"""What can go wrong offline.

NetsphereError
 ├── UsageError            the caller asked for something that cannot be (exit code 2)
 ├── LoadError             one file or line that cannot become a document; a build lists it and goes on
 ├── ModelError            the encoder is missing, damaged or not the one the index was made with
 │    └── QuantizationError the model cannot be used in int8; it can in float32
 ├── BuildError            nothing was published; what was served before still is
 │    └── BuildInProgress      another build holds the lock
 └── GenerationError       an index that cannot be served
      ├── GenerationNotFound     there is none yet
      ├── DamagedGeneration a file is missing or not the bytes that were written
      └── IncompatibleGeneration made by another model or another format

Every message is one sentence that names the value and what to do about it.
"""


class NetsphereError(Exception):
    """The root of every error that Netsphere raises on purpose."""


class UsageError(NetsphereError):
    """The call itself is wrong: a setting out of bounds, a folder that does not exist."""


class LoadError(NetsphereError):
    """One file, or one line of it, that cannot become a document."""


class ModelError(NetsphereError):
    """The encoder is missing, damaged, or not the one that an index was made with."""


class QuantizationError(ModelError):
    """The model cannot be converted to int8, or its int8 vectors differ too much from the float32 ones."""


class BuildError(NetsphereError):
    """A build that published nothing. Whatever was served before is untouched."""


class BuildInProgress(BuildError):
    """Another build is at work on the same index."""


class GenerationError(NetsphereError):
    """An index that cannot be served."""


class GenerationNotFound(GenerationError):
    """The index folder holds no generation."""


class DamagedGeneration(GenerationError):
    """A file of the generation is missing or is not the bytes that were written."""


class IncompatibleGeneration(GenerationError):
    """The generation was made by another model or in another format."""
