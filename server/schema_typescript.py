"""Writes the wire types as TypeScript, for the browser client."""

from collections.abc import Iterable
from typing import Any, get_args

import msgspec
from msgspec import inspect as shape

from moderation.wire import FlagStatus
from rooms.wire import Gesture, Preferences
from server import http_wire, protocol

HEAD = "// Made by `python -m server schema` from the server's wire types. Do not edit.\n"


def typescript() -> str:
    """The whole of web_client/src/generated/protocol.ts."""
    unions: dict[str, Any] = {
        "DoorCommand": protocol.DoorCommand,
        "SocketCommand": protocol.SocketCommand,
        "AnyEvent": protocol.AnyEvent,
        "Answer": protocol.Answer,
        "AnyFrame": protocol.AnyFrame,
    }
    bodies = [each for end in http_wire.ENDPOINTS for each in (end.body, end.answer) if isinstance(each, type)]
    found: dict[str, shape.StructType] = {}
    for struct in (
        *(each for union in unions.values() for each in get_args(union)),
        *bodies,
        http_wire.Problem,
    ):
        _collect(shape.type_info(struct), found)
    parts = [
        HEAD,
        f"export type Gesture = {_literals(Gesture)};",
        f"export type FlagStatus = {_literals(FlagStatus)};",
    ]
    parts += [_struct(found[name]) for name in sorted(found)]
    for name, union in unions.items():
        parts.append(f"export type {name} = {' | '.join(sorted(m.__name__ for m in get_args(union)))};")
    parts.append("export type AnyCommand = DoorCommand | SocketCommand;")
    answers = [
        f'  "{command.__struct_config__.tag}": {answer.__name__};' for command, answer in protocol.ANSWERS.items()
    ]
    parts.append(
        "/** What `ok` holds where it is not Done. */\nexport interface Answers {\n" + "\n".join(answers) + "\n}"
    )
    return "\n\n".join(parts) + "\n"


def _collect(info: Any, found: dict[str, shape.StructType]) -> None:
    if isinstance(info, shape.Metadata):
        _collect(info.type, found)
    elif isinstance(info, shape.StructType):
        if info.cls.__name__ not in found:
            found[info.cls.__name__] = info
            for field in info.fields:
                _collect(field.type, found)
    else:
        for inner in _inside(info):
            _collect(inner, found)


def _inside(info: Any) -> Iterable[Any]:
    if isinstance(info, shape.UnionType):
        return info.types
    if isinstance(info, shape.VarTupleType | shape.ListType):
        return (info.item_type,)
    if isinstance(info, shape.DictType):
        return (info.key_type, info.value_type)
    return ()


def _struct(info: shape.StructType) -> str:
    lines = []
    if info.tag_field is not None:
        lines.append(f'  {info.tag_field}: "{info.tag}";')
    for field in info.fields:
        optional = "" if field.required or _always_sent(info) else "?"
        lines.append(f"  {field.encode_name}{optional}: {_type(field.type)};")
    doc = (info.cls.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")
    own = "__doc__" in vars(info.cls) and doc
    return (f"/** {doc} */\n" if own else "") + f"export interface {info.cls.__name__} {{\n" + "\n".join(lines) + "\n}"


def _always_sent(info: shape.StructType) -> bool:
    """Preferences go whole both ways; everything else leaves out what has its default."""
    return info.cls is Preferences


def _type(info: Any) -> str:
    if isinstance(info, shape.Metadata):
        return _type(info.type)
    match info:
        case shape.StructType():
            return info.cls.__name__
        case shape.LiteralType():
            return " | ".join(_literal(value) for value in info.values)
        case shape.StrType():
            return "string"
        case shape.IntType() | shape.FloatType():
            return "number"
        case shape.BoolType():
            return "boolean"
        case shape.NoneType():
            return "null"
        case shape.UnionType():
            return " | ".join(_type(each) for each in info.types)
        case shape.VarTupleType() | shape.ListType():
            inner = _type(info.item_type)
            return f"({inner})[]" if "|" in inner else f"{inner}[]"
        case shape.AnyType():
            return "Answer"
        case shape.DictType():
            return f"Record<string, {_type(info.value_type)}>"
    raise TypeError(f"no TypeScript for {type(info).__name__}")


def _literal(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _literals(alias: Any) -> str:
    return " | ".join(_literal(value) for value in get_args(alias))
