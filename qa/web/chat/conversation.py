"""A conversation of OpenAI's messages to a question with its history, as ``POST /v1/ask`` takes them."""

from collections.abc import Iterable, Iterator

from qa.types import MAX_QUESTION_CHARS, MAX_TURNS, Mode, Request
from qa.web.chat.message import recover_quotation
from qa.web.chat.models import MODELS, ChatBody, MessageBody
from qa.web.errors.problems import Code, FieldError, ProblemError, format_value
from qa.web.requests.models import MAX_ANSWER_CHARS, AskBody
from qa.web.requests.parsing import validate

SILENT_ROLES = frozenset({"system", "developer"})


def build_question(body: ChatBody) -> Request:
    """Return the question and its history; raise ProblemError if it has no question or names no model.

    The history is bounded rather than refused, because front ends send all of a conversation: its last turns, without
    questions that could never be asked, and answers as far as they may be long.
    """
    mode = find_mode(body.model)
    last = max((i for i, message in enumerate(body.messages) if message.role not in SILENT_ROLES), default=None)
    if last is None or body.messages[last].role != "user":
        raise _refuse(f"messages[{last or 0}].role", "should be user: the last message is the question")
    field = f"messages[{last}].content"
    for number, part in enumerate(body.messages[last].content or ()):
        if part.type != "text":
            reason = f"should be text, not {format_value(part.type)}: only texts are searched"
            raise _refuse(f"{field}[{number}].type", reason)
    turns = [*_pair_turns(body.messages[:last])][-MAX_TURNS:]
    value = {"question": body.messages[last].text, "history": turns, "mode": mode}
    try:
        return validate(AskBody, value).to_request()
    except ProblemError as problem:
        # The caller knows the question as a message.
        errors = [FieldError(field, error.message, error.code) for error in problem.errors]
        raise ProblemError.for_fields(errors) from None


def find_mode(model: str) -> Mode:
    """Return the mode that a model stands for; raise ProblemError if it is none."""
    if model not in MODELS:
        message = f"the model {format_value(model)} does not exist; the models are {', '.join(MODELS)}"
        raise ProblemError.for_fields([FieldError("model", message, Code.MODEL_NOT_FOUND.word)])
    return MODELS[model]


def _pair_turns(messages: Iterable[MessageBody]) -> Iterator[dict[str, str]]:
    """Yield each question of a user with the first text that answers it, if there is one."""
    turn: dict[str, str] = {}
    for message in messages:
        text = _remove_invalid(message.text)
        if message.role == "user":
            if turn:
                yield turn
            # One that is too long was refused when it was asked, and must not end the conversation.
            turn = {"question": text} if 0 < len(text) <= MAX_QUESTION_CHARS else {}
        elif message.role == "assistant" and turn and "answer" not in turn and (answer := recover_quotation(text)):
            turn["answer"] = answer[:MAX_ANSWER_CHARS]
    if turn:
        yield turn


def _remove_invalid(text: str) -> str:
    """Return a text without what a question must not hold: NUL and lone surrogates, which UTF-8 cannot encode."""
    return text.encode("utf-8", "ignore").decode("utf-8").replace("\0", "").strip()


def _refuse(field: str, reason: str) -> ProblemError:
    return ProblemError.for_fields([FieldError(field, f"{field} {reason}", Code.OUT_OF_BOUNDS.word)])
