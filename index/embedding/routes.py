"""How a sentence-transformers model encodes each side of a search: the modules for questions, and those for passages.

Most models encode both alike, apart from a prompt. A model with a ``Router`` (once ``Asym``) has modules of its own for
each, such as a small network for questions and a large one for passages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from index.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

# The tasks of sentence-transformers, and the names of prompts for each, the first that a model has being taken.
QUESTION, PASSAGE = "query", "document"
PROMPT_NAMES = {QUESTION: ("query",), PASSAGE: ("document", "passage", "corpus")}
# Used if a model does not state its maximum sequence length; the limit of BERT and most of its successors.
DEFAULT_MAX_TOKENS = 512


@dataclass(frozen=True)
class Route:
    """The modules that encode texts of one task, in order, and the prompt that is put before each text."""

    prompt: str
    modules: tuple[Any, ...]

    @cached_property
    def tokenizer(self) -> "Tokenizer":
        """The tokenizer, but without truncation: counting must see what encoding would cut off.

        Raise ModelError if the tokenizer is none of the library tokenizers.
        """
        from tokenizers import Tokenizer

        own = getattr(self.modules[0], "tokenizer", None)
        own = own if isinstance(own, Tokenizer) else getattr(own, "backend_tokenizer", None)
        if own is None:
            raise ModelError(
                f"the module {type(self.modules[0]).__name__} has no tokenizer of the library tokenizers, "
                "which is needed to count tokens; use another model"
            )
        tokenizer = Tokenizer.from_str(own.to_str())
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @property
    def max_tokens(self) -> int:
        """The maximum sequence length in tokens, special tokens included."""
        limit = getattr(self.modules[0], "max_seq_length", None)
        # Static word vectors take any number, which they give as infinity.
        return int(limit) if limit and limit != float("inf") else DEFAULT_MAX_TOKENS

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text as it is encoded, with prompt and special tokens."""
        prompted = [self.prompt + text for text in texts]
        return [len(encoding.ids) for encoding in self.tokenizer.encode_batch_fast(prompted)]


def find_route(model: "SentenceTransformer", task: str) -> Route:
    """Return how the model encodes texts of a task. Raise ModelError if it has a router without a route for it."""
    modules: list[Any] = []
    for module in model:
        modules += _follow_router(module, task)
    return Route(find_prompt(model.prompts or {}, model.default_prompt_name, task), tuple(modules))


def _follow_router(module: Any, task: str) -> Sequence[Any]:  # noqa: ANN401 — torch modules of any kind
    """Return the modules that a router leads to, or the module itself if it is none."""
    if not hasattr(module, "sub_modules"):
        return [module]
    try:
        route = module._resolve_route(task=task, modality="text")
    except ValueError as error:
        raise ModelError(f"its router has no route {task!r}, only {', '.join(module.sub_modules)}: {error}") from error
    return [inner for one in module.sub_modules[route] for inner in _follow_router(one, task)]


def find_prompt(prompts: Mapping[str, str | None], default: str | None, task: str) -> str:
    """Return what is put before each text of a task.

    ``encode_document`` of sentence-transformers 6.2 ignores a prompt "passage" or "corpus", because every model has an
    empty one for "document"; the models that name it so need it. As there, the default prompt is not for the one side
    if the other has a prompt; if neither has one, it is for both.
    """
    for name in PROMPT_NAMES[task]:
        if prompt := prompts.get(name):
            return prompt
    has_own = any(prompts.get(name) for names in PROMPT_NAMES.values() for name in names)
    return "" if has_own or default is None else prompts.get(default) or ""
