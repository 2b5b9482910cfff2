"""Model kinds of the user's own: "package.module:factory", from the project's folder or installed.

The module is imported, so a run of such a kind runs that code: load none that you would not run.
The hash of the module's file is part of the run's identity; what it imports in turn is not.
"""

from __future__ import annotations

import hashlib
import importlib
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from db.catalogue import Catalogue
from db.errors import ConfigError
from pipeline.config import CONFIG_NAME

READS = Catalogue(
    "thing to read",
    {
        "text": "pipeline.models.vocabulary:Vocabulary",
        "image": "pipeline.models.pixels:Pixels",
        "row": "pipeline.models.features:Features",
    },
)
"""What a factory's `reads` may be → how such instances are read."""

FORM = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")


def is_own(kind: str) -> bool:
    """Whether the kind names a factory rather than an entry of `MODELS`."""
    return ":" in kind


def make_findable(kind: str, folder: Path) -> None:
    """Let the modules of a folder be imported, before installed ones of the same name."""
    if not is_own(kind):
        return
    place = str(folder.resolve())
    if place in sys.path:
        sys.path.remove(place)
    sys.path.insert(0, place)
    _forget_other(kind.partition(":")[0], folder.resolve())
    importlib.invalidate_caches()


def _forget_other(module: str, folder: Path) -> None:
    """A module of that name from another project must not stand in for this one's."""
    top = module.partition(".")[0]
    here = (folder / f"{top}.py").exists() or (folder / top / "__init__.py").exists()
    known = getattr(sys.modules.get(top), "__file__", None)
    if here and known is not None and folder not in Path(known).resolve().parents:
        for name in [n for n in sys.modules if n == top or n.startswith(f"{top}.")]:
            del sys.modules[name]


def home(folder: Path) -> Path:
    """The project's folder that a folder of weights lies in: the nearest with its settings."""
    above = folder.resolve().parents
    return next((place for place in above if (place / CONFIG_NAME).is_file()), Path.cwd())


def load_factory(kind: str) -> Callable[..., Any]:
    """What the kind names; everything that can be wrong with it is said."""
    if not FORM.fullmatch(kind):
        raise ConfigError(f'kind {kind!r} is not of the form "package.module:factory"')
    module, _, name = kind.partition(":")
    try:
        found = importlib.import_module(module)
    except ModuleNotFoundError as problem:
        if problem.name is None or not f"{module}.".startswith(f"{problem.name}."):
            raise _broken(kind, f"importing it failed: {problem}") from problem
        raise _broken(
            kind, f"there is no module {module!r} in the project's folder, nor one installed"
        ) from problem
    except Exception as problem:
        said = f"{type(problem).__name__}: {problem}"
        raise _broken(kind, f"importing it failed: {said}") from problem
    factory = getattr(found, name, None)
    if not callable(factory):
        raise _broken(kind, f"{module} has no function or class {name!r}")
    made: Callable[..., Any] = factory
    return made


def reads_of(kind: str) -> str:
    """What the factory says that its modules read, a name of `READS`; texts where it says nothing."""
    reads = getattr(load_factory(kind), "reads", "text")
    if not isinstance(reads, str) or reads not in READS:
        raise _broken(kind, f"its reads is {reads!r}, and must be one of {', '.join(READS)}")
    return reads


def code_hash(kind: str) -> str:
    """SHA-256 of the module's file; of nothing where it has none."""
    load_factory(kind)
    path = getattr(sys.modules[kind.partition(":")[0]], "__file__", None)
    return hashlib.sha256(Path(path).read_bytes() if path else b"").hexdigest()


def _broken(kind: str, why: str) -> ConfigError:
    return ConfigError(f"[model] kind {kind!r} cannot be used: {why}")
