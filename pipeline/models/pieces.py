"""Texts for a transformer: every token of konkyo's is a unit, read as the pieces it is cut into.

The tokenizer is the pretrained model's own. It reads the whole text, so that pieces are what they
were in its training; which token each belongs to is told by where they stand (`piece_units`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from db.errors import ConfigError, DataError
from db.records import Instance, InstanceKind
from pipeline.models.encoding import Units
from pipeline.models.lines import Template
from pipeline.models.piece_units import by_token, owners
from pipeline.models.pretrained_folder import folder_of, read_config, read_tokenizer, transformers
from pipeline.models.settings import Settings
from pipeline.models.vocabulary import PRESENT

NO_LIMIT = 10**6  # what a tokenizer writes that knows no limit is far above
COMMON_LIMIT = 512  # positions of a model that says nothing of a limit


@dataclass(frozen=True)
class Pieces:
    """`tokenizer`: its JSON; `config`: the model's; `unknown`, `mask`: ids, `mask` the unknown
    piece where the tokenizer has no mask; `limit`: positions of a line at most, special tokens
    included; `ordinary`: ids of pieces that are no special tokens; `typed`: whether the tokenizer
    tells the model which text a piece is of."""

    tokenizer: str
    config: Mapping[str, Any]
    single: Template
    pair: Template
    unknown: int
    mask: int
    limit: int
    ordinary: tuple[int, ...]
    typed: bool

    kinds: ClassVar[tuple[InstanceKind, ...]] = ("text", "pair")
    unit: ClassVar[str] = "token"
    file: ClassVar[str] = "tokenizer.json"
    removals: ClassVar[tuple[str, ...]] = ("drop", "mask_token", "mean_embedding")

    @classmethod
    def learn(cls, instances: Sequence[Instance], settings: Settings) -> Self:
        """From the pretrained folder; nothing is learned from the instances."""
        folder = folder_of(settings.path)
        config, found = read_config(folder), read_tokenizer(folder)
        unknown = found.unk_token_id if found.unk_token_id is not None else found.pad_token_id
        if unknown is None:
            raise ConfigError(
                f"[model] path: the tokenizer in {folder} has neither an unknown piece nor padding"
            )
        special = set(found.all_special_ids)
        backend = _plain(found.backend_tokenizer.to_str())
        return cls(
            json.dumps(json.loads(backend.to_str()), ensure_ascii=False),
            config,
            single=_template(backend, pair=False),
            pair=_template(backend, pair=True),
            unknown=unknown,
            mask=unknown if found.mask_token_id is None else found.mask_token_id,
            limit=_limit(found.model_max_length, config, folder),
            ordinary=tuple(n for n in sorted(found.get_vocab().values()) if n not in special),
            typed="token_type_ids" in found.model_input_names,
        )

    @cached_property
    def _backend(self) -> Any:
        return _plain(self.tokenizer)

    def __getstate__(self) -> dict[str, Any]:
        """Without the tokenizer that was made from the JSON."""
        return {name: value for name, value in vars(self).items() if name != "_backend"}

    def units(self, instance: Instance) -> Units:
        """One unit a token of either text; an instance without tokens is refused."""
        if len(instance.offsets) == 0:
            raise DataError(f"instance {instance.id} has no tokens; leave it out")
        parts = [self._codes(instance.text, instance.offsets)]
        second = 0
        if instance.text_pair and instance.offsets_pair is not None and len(instance.offsets_pair):
            parts.append(self._codes(instance.text_pair, instance.offsets_pair))
            second = len(parts[1])
        width = max(part.shape[1] for part in parts)
        values = np.concatenate(
            [np.pad(p, ((0, 0), (0, width - p.shape[1])), constant_values=-1) for p in parts]
        )
        ids = np.full(len(values), PRESENT, dtype=np.int64)
        return Units(ids, len(instance.offsets), second, values=values)

    def _codes(self, text: str, offsets: NDArray[np.int32]) -> NDArray[np.int64]:
        """(T, P): the pieces of each token, −1 where there is none."""
        found = self._backend.encode(text, add_special_tokens=False)
        spans = np.array(found.offsets, dtype=np.int64).reshape(-1, 2)
        owner = owners(spans, offsets.astype(np.int64))
        return by_token(np.array(found.ids, dtype=np.int64), owner, len(offsets), self.unknown)

    @property
    def shape(self) -> tuple[int, ...]:
        """Tokens stand in a line."""
        return ()

    def typical(self) -> Units:
        """Every piece of the vocabulary once, special tokens aside."""
        values = np.array(self.ordinary or (self.unknown,), dtype=np.int64)[:, None]
        return Units(np.full(len(values), PRESENT, np.int64), len(values), values=values)

    def notes(self, instances: Iterable[Instance]) -> list[str]:
        """Nothing is unseen: a tokenizer has a piece for everything."""
        return []

    def written(self) -> str:
        """All of it as one JSON object."""
        held = {one.name: getattr(self, one.name) for one in fields(self)}
        for name in ("single", "pair"):
            held[name] = vars(held[name])
        return json.dumps({**held, "tokenizer": json.loads(self.tokenizer)}, ensure_ascii=False)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `written` gave."""
        try:
            held = json.loads(path.read_text(encoding="utf-8"))
            for name in ("single", "pair"):
                held[name] = Template.read(held[name])
            tokenizer = json.dumps(held.pop("tokenizer"), ensure_ascii=False)
            made = cls(tokenizer, **{**held, "ordinary": tuple(held["ordinary"])})
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
            raise DataError(f"the tokenizer {path} cannot be read: {problem}") from problem
        return made


def _plain(written: str) -> Any:
    """The tokenizer from its JSON, which neither cuts texts short nor pads them."""
    transformers()
    from tokenizers import Tokenizer

    made = Tokenizer.from_str(written)
    made.no_truncation()
    made.no_padding()
    return made


def _template(tokenizer: Any, pair: bool) -> Template:
    """Where the tokenizer puts special tokens, from what it does to one text or two."""
    texts = ("a", "a") if pair else ("a",)
    found = tokenizer.encode(*texts)
    parts: list[list[tuple[int, int]]] = [[], [], []]
    types, seen = [0, 0], 0
    for number, kind, special, of in zip(
        found.ids, found.type_ids, found.special_tokens_mask, found.sequence_ids, strict=True
    ):
        if special or of is None:
            parts[seen if seen < len(texts) else 2].append((number, kind))
        else:
            types[of], seen = kind, of + 1
    return Template(tuple(parts[0]), tuple(parts[1]), tuple(parts[2]), (types[0], types[1]))


def _limit(said: float, config: Mapping[str, Any], folder: Path) -> int:
    """Positions of a line: what the tokenizer says and what the config says, the fewer."""
    known = [n for n in (said, config.get("max_position_embeddings")) if n and 0 < n < NO_LIMIT]
    limit = int(min(known, default=COMMON_LIMIT))
    if limit < 8:
        raise ConfigError(
            f"[model] path: {folder} reads {limit} positions at once, which is too few"
        )
    return limit
