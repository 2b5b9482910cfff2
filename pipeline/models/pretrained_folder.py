"""A folder with a Hugging Face model: config, tokenizer and weights, read without any network.

Everything that can be wrong with it is a ConfigError that names it. No code of the folder is run,
and weights are read as safetensors or, where there are none, as tensors alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from db.errors import ConfigError

WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
SLOW = ("vocab.txt", "vocab.json", "*.model", "spiece.*")
LOCAL = {"local_files_only": True, "trust_remote_code": False}


def transformers() -> Any:
    """The library; a ConfigError where it is not installed."""
    try:
        import transformers as library
    except ImportError as problem:
        raise ConfigError(
            "[model] kind 'transformer' needs transformers and tokenizers, which are not installed; "
            "run pip install 'konkyo[hf]'"
        ) from problem
    return library


def folder_of(path: str | None) -> Path:
    """The folder, if it is one."""
    if path is None:
        raise ConfigError(
            "[model] kind 'transformer' needs path, the folder of a Hugging Face model"
        )
    folder = Path(path)
    if not folder.is_dir():
        raise ConfigError(f"[model] path: there is no folder {folder}; download the model into it")
    return folder


def read_config(folder: Path) -> dict[str, Any]:
    """What config.json says, with everything that it leaves open."""
    library = transformers()
    if not (folder / "config.json").is_file():
        raise ConfigError(
            f"[model] path: {folder} holds no config.json, so it is no model's folder"
        )
    with translated(folder, "its config.json cannot be read"), silent():
        found = library.AutoConfig.from_pretrained(str(folder), **LOCAL)
    made: dict[str, Any] = found.to_dict()
    return made


def read_tokenizer(folder: Path) -> Any:
    """The folder's own fast tokenizer; one that was not saved as such is refused."""
    library = transformers()
    if not (folder / "tokenizer.json").is_file():
        if any(list(folder.glob(name)) for name in SLOW):
            raise ConfigError(
                f"[model] path: {folder} has no tokenizer.json, only files of a slow tokenizer, "
                "which does not say where pieces stand in a text; write one with "
                f"AutoTokenizer.from_pretrained({str(folder)!r}).save_pretrained({str(folder)!r})"
            )
        raise ConfigError(
            f"[model] path: {folder} has no tokenizer (tokenizer.json is missing); save the "
            "model's own into it"
        )
    with translated(folder, "its tokenizer cannot be read"), silent():
        found = library.AutoTokenizer.from_pretrained(str(folder), **LOCAL)
    if not found.is_fast:
        raise ConfigError(f"[model] path: the tokenizer in {folder} is a slow one; save a fast one")
    return found


def read_model(folder: Path, n_classes: int, attention: str) -> tuple[Any, Sequence[str]]:
    """The model with its weights, and the names of those of its head that are fresh."""
    library = transformers()
    if not any(list(folder.glob(name)) for name in WEIGHTS):
        raise ConfigError(
            f"[model] path: {folder} has no weights (*.safetensors or pytorch_model.bin)"
        )
    with translated(folder, "its weights cannot be read"), silent():
        model, found = library.AutoModelForSequenceClassification.from_pretrained(
            str(folder),
            num_labels=n_classes,
            attn_implementation=attention,
            dtype="float32",
            ignore_mismatched_sizes=True,
            output_loading_info=True,
            **LOCAL,
        )
    strange = [str(one[0]) for one in found["mismatched_keys"]]
    fresh = sorted({*strange, *found["missing_keys"]})
    body = [n for n in fresh if n.startswith(f"{model.base_model_prefix}.") and "pooler" not in n]
    if body:
        raise ConfigError(
            f"[model] path: the weights in {folder} do not fit its config.json ({body[0]} is "
            f"{'of another shape' if body[0] in strange else 'missing'}); save the model again"
        )
    return model, fresh


def content_hash(folder: Path) -> str:
    """SHA-256 of the files in the folder, their names included; hidden ones and folders are not."""
    files = sorted(one for one in folder.iterdir() if one.is_file() and one.name[0] != ".")
    return _hash(tuple((str(one), one.stat().st_size, one.stat().st_mtime_ns) for one in files))


@lru_cache(maxsize=8)
def _hash(files: tuple[tuple[str, int, int], ...]) -> str:
    """Gigabytes are read once, as long as sizes and times stay."""
    digest = hashlib.sha256()
    for name, _, _ in files:
        with open(name, "rb") as content:
            held = hashlib.file_digest(content, "sha256").hexdigest()
        digest.update(f"{Path(name).name} {held}\n".encode())
    return digest.hexdigest()


@contextmanager
def translated(folder: Path, what: str) -> Iterator[None]:
    """Whatever the library raises of a broken file, as an error that names the folder."""
    try:
        yield
    except ConfigError:
        raise
    except Exception as problem:
        said = (str(problem).strip() or type(problem).__name__).splitlines()[0]
        raise ConfigError(f"[model] path: {folder} cannot be used: {what} ({said})") from problem


@contextmanager
def silent() -> Iterator[None]:
    """The library reports and draws progress by itself; what matters is said in notes."""
    logging = transformers().utils.logging
    before, drawn = logging.get_verbosity(), logging.is_progress_bar_enabled()
    try:
        logging.set_verbosity(logging.CRITICAL)
        logging.disable_progress_bar()
        yield
    finally:
        logging.set_verbosity(before)
        if drawn:
            logging.enable_progress_bar()
