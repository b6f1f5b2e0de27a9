"""Writes the protocol for others to read: JSON Schema, OpenAPI, AsyncAPI and the client's types, all from the wire types."""

import json
from pathlib import Path
from types import UnionType
from typing import Any, get_args

import msgspec

from server import http_wire, protocol
from server.schema_typescript import typescript

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "server" / "schema"
REF = "#/components/schemas/{name}"


def files() -> dict[Path, str]:
    """Every generated file and its content."""
    return {
        ROOT / "web_client" / "src" / "generated" / "protocol.ts": typescript(),
        OUT / "protocol.schema.json": _text(json_schema()),
        OUT / "openapi.json": _text(openapi()),
        OUT / "asyncapi.json": _text(asyncapi()),
    }


def stale() -> list[str]:
    """Names of generated files that are not what the wire types say."""
    return [
        str(path.relative_to(ROOT)) for path, text in files().items() if not path.is_file() or path.read_text() != text
    ]


def write() -> None:
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def json_schema() -> dict[str, Any]:
    """Commands and frames of the socket as one JSON Schema."""
    (commands, *frames), components = _schemas([protocol.AnyCommand, *get_args(protocol.AnyFrame)], "#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Peer Circles protocol",
        "$defs": {**components, "AnyCommand": commands, "AnyFrame": {"anyOf": frames}},
        "oneOf": [{"$ref": "#/$defs/AnyCommand"}, {"$ref": "#/$defs/AnyFrame"}],
    }


def openapi() -> dict[str, Any]:
    shapes = [each for end in http_wire.ENDPOINTS for each in (end.body, end.answer) if each is not None]
    schemas, components = _schemas([*shapes, http_wire.Problem], REF)
    found = iter(schemas)
    paths: dict[str, Any] = {}
    for end in http_wire.ENDPOINTS:
        operation: dict[str, Any] = {"operationId": _operation_id(end)}
        if end.body is not None:
            operation["requestBody"] = {
                "required": True,
                "content": {"application/json": {"schema": next(found)}},
            }
        operation["responses"] = {
            "200": {"description": "Done.", "content": {"application/json": {"schema": next(found)}}},
            "default": {
                "description": "Refused; `code` says why.",
                "content": {"application/problem+json": {"schema": {"$ref": REF.format(name="Problem")}}},
            },
        }
        operation["security"] = [{"session": []}] if end.signed_in else [{}]
        operation["parameters"] = _parameters(end.path)
        paths.setdefault(end.path, {})[end.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Peer Circles over HTTP", "version": "1"},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "__Host-sid"}},
        },
    }


def asyncapi() -> dict[str, Any]:
    (commands, *frames), components = _schemas([protocol.AnyCommand, *get_args(protocol.AnyFrame)], REF)
    names = [frame.__name__ for frame in get_args(protocol.AnyFrame)]
    messages = {name: {"payload": frame} for name, frame in zip(names, frames, strict=True)}
    channel = {"$ref": "#/channels/socket"}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Peer Circles over WebSocket", "version": "1", "description": protocol.__doc__},
        "channels": {"socket": {"address": "/ws", "messages": {"Command": {"payload": commands}, **messages}}},
        "operations": {
            "ask": {
                "action": "receive",
                "channel": channel,
                "messages": [{"$ref": "#/channels/socket/messages/Command"}],
            },
            "tell": {
                "action": "send",
                "channel": channel,
                "messages": [{"$ref": f"#/channels/socket/messages/{name}"} for name in names],
            },
        },
        "components": {"schemas": components},
    }


def _schemas(types: list[Any], ref: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Schemas in the order asked. Untagged unions are written out, since the encoder knows only tagged ones."""
    flat: list[Any] = []
    for each in types:
        flat += get_args(each) if isinstance(each, UnionType) and each is not protocol.AnyCommand else [each]
    made, components = msgspec.json.schema_components(flat, ref_template=ref)
    rest = iter(made)
    result = []
    for each in types:
        if isinstance(each, UnionType) and each is not protocol.AnyCommand:
            result.append({"anyOf": [next(rest) for _ in get_args(each)]})
        else:
            result.append(next(rest))
    return result, components


def _operation_id(end: http_wire.Endpoint) -> str:
    words = [part for part in end.path.replace("{", "").replace("}", "").split("/") if part and part != "api"]
    return "-".join((end.method.lower(), *words))


def _parameters(path: str) -> list[dict[str, Any]]:
    whole = {"type": "integer", "minimum": 0}
    names = [part.strip("{}") for part in path.split("/") if part.startswith("{")]
    found = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    if path.endswith(("/events", "/ledger")):
        found.append({"name": "after", "in": "query", "schema": whole})
    if path.endswith("/events"):
        found.append({"name": "limit", "in": "query", "schema": {**whole, "minimum": 1, "maximum": 200}})
    return found


def _text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=False) + "\n"
