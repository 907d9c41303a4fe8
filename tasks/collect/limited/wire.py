"""Submissions as plain data between the child that reads and the parent that stores.

JSON and not pickle: what comes from a process that parsed a hostile file must not be able to name code. Decoding goes
by the types that the dataclasses declare and takes nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

Decoder = Callable[[Any], Any]


class WireError(ValueError):
    """Data that does not have the shape of the type it should be."""


def encode(value: Any) -> Any:
    """A dataclass or named tuple as a list of its fields, a mapping as a list of pairs, an enumeration as its value."""
    if value is None or (isinstance(value, str | int | float) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return [encode(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, Mapping):
        return [[encode(key), encode(item)] for key, item in value.items()]
    if isinstance(value, list | tuple | set | frozenset):
        return [encode(item) for item in value]
    raise TypeError(f"{type(value).__name__} cannot be sent")


def decode(kind: Any, data: Any) -> Any:
    """Make a value of type ``kind`` from what :func:`encode` gave.

    Raises:
        WireError: The data has another shape.
    """
    return _decoder(kind)(data)


@lru_cache(maxsize=256)
def _decoder(kind: Any) -> Decoder:
    origin, arguments = get_origin(kind), get_args(kind)
    if kind in (str, int, bool, float, NoneType):
        return _plain(kind)
    if origin in (Union, UnionType):
        return _optional(arguments)
    if origin is tuple and arguments[-1:] != (Ellipsis,):
        return _fixed(tuple, [_decoder(one) for one in arguments])
    if origin in (list, tuple, set, frozenset):
        return _many(origin, _decoder(arguments[0]))
    if origin is dict:
        pair = _fixed(tuple, [_decoder(one) for one in arguments])
        return _many(dict, pair)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _member(kind)
    if isinstance(kind, type) and is_dataclass(kind):
        return _dataclass(kind)
    if isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_fields"):
        hints = get_type_hints(kind)
        return _fixed(lambda values: kind(*values), [_decoder(hints[name]) for name in kind._fields])
    raise TypeError(f"{kind} cannot be received")


def _plain(kind: type) -> Decoder:
    def plain(data: Any) -> Any:
        if type(data) is not kind:
            raise WireError(f"no {kind.__name__}")
        return data

    return plain


def _optional(kinds: tuple[Any, ...]) -> Decoder:
    decoders = [_decoder(kind) for kind in kinds]

    def optional(data: Any) -> Any:
        for decoder in decoders:
            try:
                return decoder(data)
            except WireError:
                continue
        raise WireError("none of the types")

    return optional


def _member(kind: type[Enum]) -> Decoder:
    def member(data: Any) -> Any:
        try:
            return kind(data)
        except (ValueError, TypeError):
            raise WireError(f"no {kind.__name__}") from None

    return member


def _many(make: Callable[[Any], Any], decoder: Decoder) -> Decoder:
    def many(data: Any) -> Any:
        if type(data) is not list:
            raise WireError("no list")
        try:
            return make([decoder(item) for item in data])
        except TypeError:
            raise WireError("a key that is none") from None

    return many


def _fixed(make: Callable[..., Any], decoders: list[Decoder]) -> Decoder:
    def fixed(data: Any) -> Any:
        if type(data) is not list or len(data) != len(decoders):
            raise WireError("no record of this length")
        return make([decoder(item) for decoder, item in zip(decoders, data, strict=True)])

    return fixed


def _dataclass(kind: type) -> Decoder:
    hints = get_type_hints(kind)
    values = _fixed(list, [_decoder(hints[field.name]) for field in fields(kind)])
    names = [field.name for field in fields(kind)]
    if not all(field.init for field in fields(kind)):
        raise TypeError(f"{kind} has fields that cannot be given")
    return lambda data: kind(**dict(zip(names, values(data), strict=True)))
