"""Real sentence-transformers models, tiny and with random weights, of the shapes that published ones have."""

import json
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from torch import nn
from transformers import (
    BertConfig,
    BertModel,
    DistilBertConfig,
    DistilBertModel,
    MPNetConfig,
    MPNetModel,
    PretrainedConfig,
    PreTrainedModel,
    RobertaConfig,
    RobertaModel,
    XLMRobertaConfig,
    XLMRobertaModel,
)

SEED = (Path(__file__).parents[3] / "seeds" / "blame.txt").read_text(encoding="utf-8")
SENTENCES = [line.strip() for line in SEED.replace(".", ".\n").splitlines() if 20 < len(line.strip()) < 200]
HIDDEN = 64
SIZES = {"hidden_size": HIDDEN, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 128}
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,:;!?()'\"-"

Kind = tuple[type[PretrainedConfig], type[PreTrainedModel]]
KINDS: dict[str, Kind] = {
    "bert": (BertConfig, BertModel),
    "distilbert": (DistilBertConfig, DistilBertModel),
    "roberta": (RobertaConfig, RobertaModel),
    "xlm-roberta": (XLMRobertaConfig, XLMRobertaModel),
    "mpnet": (MPNetConfig, MPNetModel),
}


def make_transformer(folder: Path, kind: str = "bert", seed: int = 0) -> Transformer:
    """Write a network with its tokenizer into the folder, and return it as the first module of a model."""
    folder.mkdir(parents=True)
    torch.manual_seed(seed)
    build = _build_unigram if kind == "xlm-roberta" else _build_wordpiece
    has_bert_marks = kind in {"bert", "distilbert"}
    marks = ["[PAD]", "[CLS]", "[SEP]"] if has_bert_marks else ["<pad>", "<s>", "</s>"]
    if not has_bert_marks:
        marks = [marks[1], marks[0], marks[2]]  # padding is number 1 in the models after RoBERTa
    tokenizer = build(marks)
    tokenizer.save(str(folder / "tokenizer.json"))
    pad, first, last = sorted(marks, key=lambda mark: ("pad" not in mark.lower(), marks.index(mark)))
    about = {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": pad, "cls_token": first, "sep_token": last}
    (folder / "tokenizer_config.json").write_text(json.dumps(about | {"unk_token": "[UNK]"}), encoding="utf-8")
    config_class, model_class = KINDS[kind]
    config = config_class(vocab_size=tokenizer.get_vocab_size(), pad_token_id=marks.index(pad), **SIZES)
    if kind == "distilbert":
        config.update({"dim": HIDDEN, "n_layers": 2, "n_heads": 4, "hidden_dim": 128})
    model = model_class(config)
    # Random ones are too small to tell whether they are used.
    for name, parameter in model.named_parameters():
        if "position_embeddings" in name or "relative_attention_bias" in name:
            nn.init.normal_(parameter, std=0.1)
    model.save_pretrained(folder)
    return Transformer(str(folder), max_seq_length=128)


def save_model(folder: Path, *modules: nn.Module, prompts: dict[str, str] | None = None) -> SentenceTransformer:
    """Write a model of these modules into the folder and return it as sentence-transformers reads it."""
    SentenceTransformer(modules=list(modules), prompts=prompts, device="cpu").save_pretrained(str(folder))
    return SentenceTransformer(str(folder), device="cpu")


def make_model(folder: Path, kind: str = "bert", prompts: dict[str, str] | None = None) -> SentenceTransformer:
    """Write a whole model, which takes the mean of its tokens, into the folder."""
    return save_model(
        folder, make_transformer(folder.parent / f"{folder.name}-{kind}", kind), Pooling(HIDDEN), prompts=prompts
    )


def _list_words() -> list[str]:
    return sorted({word.strip(LETTERS[36:]) for word in SEED.lower().split()} - {""})


def _build_wordpiece(marks: list[str]) -> Tokenizer:
    words = dict.fromkeys([*marks, "[UNK]", *LETTERS, *(f"##{letter}" for letter in LETTERS), *_list_words()])
    tokenizer = Tokenizer(models.WordPiece({word: number for number, word in enumerate(words)}, unk_token="[UNK]"))  # noqa: S106 — no password
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return _add_marks(tokenizer, marks)


def _build_unigram(marks: list[str]) -> Tokenizer:
    """Build a tokenizer like that of XLM-R: pieces with scores, words marked at their start."""
    pieces = dict.fromkeys([*marks, "[UNK]", "▁", *LETTERS, *(f"▁{word}" for word in _list_words())])
    tokenizer = Tokenizer(models.Unigram([(piece, -len(pieces) / (1 + len(piece))) for piece in pieces], unk_id=3))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    return _add_marks(tokenizer, marks)


def _add_marks(tokenizer: Tokenizer, marks: list[str]) -> Tokenizer:
    tokenizer.add_special_tokens(marks)
    first, last = (marks[1] if "CLS" in marks[1] else marks[0]), marks[2]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}",
        pair=f"{first} $A {last} $B {last}",
        special_tokens=[(mark, marks.index(mark)) for mark in (first, last)],
    )
    return tokenizer
