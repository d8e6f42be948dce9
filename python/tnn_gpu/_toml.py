"""Values as TOML, which the standard library only reads."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def value(x: Any) -> str:
    """Gives a value in one line of TOML.

    Mappings become inline tables, sequences and arrays become arrays.
    TypeError is raised for what TOML does not have, such as None.
    """
    if isinstance(x, np.generic):
        x = x.item()
    if isinstance(x, bool):
        return "true" if x else "false"
    if isinstance(x, int):
        return str(x)
    if isinstance(x, float):
        return _real(x)
    if isinstance(x, str):
        return json.dumps(x, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(x, Mapping):
        return "{" + ", ".join(f"{_key(k)} = {value(v)}" for k, v in x.items()) + "}"
    if isinstance(x, (Sequence, np.ndarray)):
        return "[" + ", ".join(value(v) for v in x) + "]"
    raise TypeError(f"TOML has no value of type {type(x).__name__}: {x!r}")


def document(config: Mapping[str, Any]) -> str:
    """Gives a configuration as a document of TOML, one key a line."""
    return "".join(f"{_key(k)} = {value(v)}\n" for k, v in config.items())


def _real(x: float) -> str:
    if math.isnan(x):
        return "nan"
    if math.isinf(x):
        return "inf" if x > 0 else "-inf"
    return repr(x)


def _key(k: Any) -> str:
    if not isinstance(k, str):
        raise TypeError(f"a key of TOML is a text, and this is {k!r}")
    if k and all(c.isascii() and (c.isalnum() or c in "_-") for c in k):
        return k
    return value(k)
