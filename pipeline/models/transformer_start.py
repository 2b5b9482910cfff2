"""What a transformer begins as: fresh weights by its config, tried out, and whose labels it knows."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from db.errors import ConfigError
from pipeline.models.dropout_attention import dropouts_of, watched_dropouts
from pipeline.models.pieces import Pieces
from pipeline.models.pretrained_folder import silent, transformers
from pipeline.models.watched_attention import NAME, Watch, register, watching

ENDLESS = 10**6  # positions of a model that counts none
CLOSE = 1e-4


class Trial(NamedTuple):
    """`heads` of each layer whose attention can be read, none where it cannot; `typed`: whether the
    model is told which text a piece is of; `dropouts`: see `dropouts_of`, empty where attention goes
    through the library's table."""

    heads: tuple[int, ...]
    typed: bool
    dropouts: tuple[str, ...] = ()


def fresh_model(config: Mapping[str, Any], n_classes: int) -> Any:
    """A model for sequence classification, its weights drawn from torch's random state."""
    library = transformers()
    register()
    given = {n: v for n, v in config.items() if n not in ("model_type", "id2label", "label2id")}
    kind = config.get("model_type")
    try:
        with silent():
            made = library.AutoConfig.for_model(kind, **{**given, "num_labels": n_classes})
            made.problem_type = None
            model = library.AutoModelForSequenceClassification.from_config(
                made, attn_implementation=NAME
            )
    except Exception as problem:
        said = (str(problem).strip() or type(problem).__name__).splitlines()[0]
        raise ConfigError(f"a model of the type {kind!r} cannot be built: {said}") from problem
    return model.to(torch.float32)


def positions(model: nn.Module) -> int:
    """How many positions have an embedding of their own; those before a padding index do not."""
    found = [
        part.num_embeddings - (0 if part.padding_idx is None else part.padding_idx + 1)
        for name, part in model.named_modules()
        if isinstance(part, nn.Embedding) and "position" in name.rpartition(".")[2]
    ]
    return min(found, default=ENDLESS)


def tried(model: Any, encoding: Pieces) -> Trial:
    """One small pass: padding must change nothing, and our attention must be the library's own."""
    parameters = inspect.signature(model.forward).parameters
    typed = encoding.typed and "token_type_ids" in parameters
    kind = encoding.config.get("model_type")
    if "inputs_embeds" not in parameters:
        raise ConfigError(
            f"a model of the type {kind!r} cannot start from embeddings, which explaining takes; "
            "choose another"
        )
    training = model.training
    model.eval()
    try:
        trial = _tried(model, typed, str(kind))
    finally:
        model.train(training)
    return trial


def _tried(model: Any, typed: bool, kind: str) -> Trial:
    mask = torch.tensor([[1, 1, 1, 1, 0, 0]])
    watch = Watch(every=True)
    try:
        width = model.get_input_embeddings().embedding_dim
        line = torch.randn(1, 4, width, generator=torch.Generator().manual_seed(0))
        padded = torch.cat([line, torch.zeros(1, 2, width)], dim=1)
        with torch.no_grad(), silent(), watching(watch):
            alone = model(inputs_embeds=line, attention_mask=mask[:, :4]).logits
            seen = list(watch.seen)
            among = model(inputs_embeds=padded, attention_mask=mask).logits
            model.set_attn_implementation("eager")
            plain = model(inputs_embeds=padded, attention_mask=mask).logits
    except Exception as problem:
        said = (str(problem).strip() or type(problem).__name__).splitlines()[0]
        raise ConfigError(f"a model of the type {kind!r} cannot be used here: {said}") from problem
    if not torch.allclose(alone, among, atol=CLOSE):
        raise ConfigError(
            f"a model of the type {kind!r} says something else of a text that is padded; choose "
            "one that reads in both directions, such as BERT"
        )
    if seen and torch.allclose(plain, among, atol=CLOSE):
        model.set_attn_implementation(NAME)
        return Trial(_heads(seen), typed)
    given = {"inputs_embeds": padded, "attention_mask": mask}
    names = dropouts_of(model, given)
    with torch.no_grad(), watching(Watch(every=True)) as watch, watched_dropouts(model, names):
        model(**given)
    return Trial(_heads(watch.seen), typed, names)


def _heads(weights: Sequence[Tensor]) -> tuple[int, ...]:
    return tuple(one.shape[1] for one in weights)


def label_order(config: Mapping[str, Any], labels: Sequence[str]) -> tuple[list[int], str]:
    """Which class of the folder each label is, and that in words.

    Names that are the same set decide; otherwise classes are taken in their order.
    """
    known = {str(name): int(number) for number, name in (config.get("id2label") or {}).items()}
    if set(known) == set(labels) and len(known) == len(labels):
        return [known[label] for label in labels], "with its own head and labels"
    own = [name for name, _ in sorted(known.items(), key=lambda one: one[1])]
    if len(own) != len(labels):
        own = [str(number) for number in range(len(labels))]
    taken = ", ".join(f"{theirs} as {ours}" for theirs, ours in zip(own, labels, strict=True))
    return list(range(len(labels))), f"with its own head, whose labels are taken in order: {taken}"
