"""The generated files say what the wire types say."""

from typing import get_args

from starlette.routing import Route

from server import (
    http_wire,
    protocol,
    routes,
    routes_desk,
    routes_identity,
    routes_ledger,
    routes_push,
    routes_search,
    schema,
)


def test_nothing_generated_is_stale() -> None:
    assert schema.stale() == [], "write them with `python -m server schema`"


def test_every_command_and_event_is_in_the_files() -> None:
    defined = schema.json_schema()["$defs"]
    for each in (*get_args(protocol.AnyCommand), *get_args(protocol.AnyEvent), *get_args(protocol.AnyFrame)):
        assert each.__name__ in defined, each.__name__


def test_every_documented_path_is_served_and_every_served_path_is_documented() -> None:
    documented = {(end.method, end.path) for end in http_wire.ENDPOINTS}
    served = {
        (method, route.path)
        for route in (
            *routes.ROUTES,
            *routes_desk.ROUTES,
            *routes_identity.ROUTES,
            *routes_ledger.ROUTES,
            *routes_push.ROUTES,
            *routes_search.ROUTES,
        )
        if isinstance(route, Route)
        for method in route.methods or ()
        if method != "HEAD" and route.path.startswith("/api/")
    }
    assert served == documented


def test_unknown_fields_are_forbidden_in_every_command_and_body() -> None:
    bodies = [end.body for end in http_wire.ENDPOINTS if isinstance(end.body, type)]
    for each in (*get_args(protocol.AnyCommand), *bodies):
        assert each.__struct_config__.forbid_unknown_fields, each.__name__
