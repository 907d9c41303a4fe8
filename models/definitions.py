"""Strict reading of YAML definitions: every fault is told with file, line and reason."""

import hashlib
import json
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from models.errors import CatalogueError, reason_of

_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Definition(BaseModel):
    """Base of everything declared in YAML: frozen, and unknown words are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @cached_property
    def _hash(self) -> int:
        return hash(tuple(getattr(self, name) for name in type(self).model_fields))

    def __hash__(self) -> int:
        """Hash of the fields, worked out once: forms are the keys of many a cache."""
        return self._hash


D = TypeVar("D", bound=Definition)
Path_ = tuple[str | int, ...]


def _build(node: yaml.Node, path: Path_, lines: dict[Path_, int], file: Path) -> Any:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in mapping:
                raise CatalogueError(file, key_node.start_mark.line + 1, f"“{key}”写了两次")
            mapping[key] = _build(value_node, (*path, key), lines, file)
            lines[(*path, key)] = key_node.start_mark.line + 1
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [_build(child, (*path, index), lines, file) for index, child in enumerate(node.value)]
    constructor = yaml.SafeLoader("")
    return constructor.construct_object(node)


def read_yaml(file: Path) -> tuple[Any, dict[Path_, int]]:
    """Read a YAML file.

    Returns:
        The plain data, and the line (from 1) of every path in it.

    Raises:
        CatalogueError: The file is missing or not YAML, or a key is written twice.
    """
    try:
        node = yaml.compose(file.read_text("utf-8"), Loader=_Loader)
    except OSError as error:
        raise CatalogueError(file, 0, f"打不开：{reason_of(error)}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise CatalogueError(file, mark.line + 1 if mark else 0, f"不是有效的 YAML：{error}") from error
    if node is None:
        raise CatalogueError(file, 0, "文件是空的")
    lines: dict[Path_, int] = {}
    return _build(node, (), lines, file), lines


def line_of(path: Path_, lines: dict[Path_, int]) -> int:
    """Line of the longest known part of ``path``."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 0)


def validate(model: type[D], data: Any, file: Path, lines: dict[Path_, int], base: Path_ = ()) -> D:
    """Build ``model`` from plain data.

    Raises:
        CatalogueError: With the line of the first fault.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        loc = tuple(part for part in first["loc"] if isinstance(part, int | str))
        where = "/".join(str(part) for part in loc) or "整体"
        raise CatalogueError(file, line_of((*base, *loc), lines), f"{where}：{first['msg']}") from error


def content_hash(value: Any) -> str:
    """sha256 of a definition's canonical JSON, so that results can name what they came from."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
