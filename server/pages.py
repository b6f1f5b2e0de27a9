"""Pages made by the server, for which no JavaScript is needed: help, the open book, the neutral page; and Quick exit."""

import asyncio
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any, Final

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from moderation.wire_ledger import OpenBook
from server.answers import CLEAR, parts_of
from server.client_files import client_folder
from server.door import Actor
from server.help_lines import NO_LINES, HelpFileUnusable, as_html, check_help, help_lines
from server.open_book import facts as open_book_facts
from server.sessions import EndSessions
from server.settings import Settings

__all__ = ["ROUTES", "HelpFileUnusable", "check_help"]

PATIENCE: Final = 0.5
"""Seconds Quick exit waits for the session to end; it ends all the same if that takes longer."""
PLAIN: Final = {
    "help.html": "<title>${title}</title><h1>Help now</h1>${no_lines}<ul>${lines}</ul>"
    '<p><a href="/">Back</a> <a href="/exit">Quick exit</a></p>',
    "open-book.html": "<title>${title}</title><h1>How this place works</h1><p>Run by: ${operator}</p>"
    "<p>Words stay ${keep_default} unless a circle says otherwise, and are then deleted.</p>"
    '<p><a href="/">Back</a> <a href="/exit">Quick exit</a></p>',
    "goodbye.html": "<title>New page</title><h1>You can close this page.</h1>",
}
"""What is shown as long as the browser client, which brings the real pages, is not built."""


async def help_page(request: Request) -> Response:
    return HTMLResponse(help_html(parts_of(request).settings, client_folder()), headers={"Cache-Control": "no-cache"})


async def open_book(request: Request) -> Response:
    parts = parts_of(request)
    book = await parts.records.book()
    return HTMLResponse(open_book_html(parts.settings, client_folder(), book, parts.now()))


async def goodbye(_request: Request) -> Response:
    return HTMLResponse(_fill("goodbye.html", client_folder(), {}))


async def manifest(request: Request) -> Response:
    """The built manifest under the operator's neutral title, which is what a home screen shows."""
    path = client_folder() / "manifest.webmanifest"
    if not path.is_file():
        raise HTTPException(404)
    title = parts_of(request).settings.page_title
    said = msgspec.json.decode(path.read_bytes(), type=dict[str, Any]) | {"name": title, "short_name": title}
    return Response(
        msgspec.json.encode(said), headers={"Cache-Control": "no-cache"}, media_type="application/manifest+json"
    )


async def quick_exit(request: Request) -> Response:
    """Leave nothing behind and go elsewhere; for another site's link or picture, only go elsewhere.

    So too where a browser fetches ahead what somebody might press: they have not pressed it.

    A browser that says nothing of where the request comes from is an old phone, or one on plain http: for whoever
    holds it, leaving traces would be worse than being signed out by somebody's joke.
    """
    parts = parts_of(request)
    answer = RedirectResponse(parts.settings.exit_to, 303)
    ahead = "prefetch" in request.headers.get("sec-purpose", "")
    if not ahead and set(request.headers.getlist("sec-fetch-site")) <= {"same-origin", "none"}:
        answer.headers["Clear-Site-Data"] = CLEAR
        parts.auth.take(answer)
        await _end_soon(request)
    return answer


def help_html(settings: Settings, folder: Path) -> str:
    lines = help_lines(settings.help_file)
    facts = {
        "lang": "en",
        "title": escape(settings.page_title),
        "lines": as_html(lines),
        "no_lines": "" if lines else f"<p>{escape(NO_LINES)}</p>",
    }
    return _fill("help.html", folder, facts)


def open_book_html(settings: Settings, folder: Path, book: OpenBook, now: int) -> str:
    return _fill("open-book.html", folder, open_book_facts(settings, book, now))


ROUTES = [
    Route("/help", help_page, methods=["GET"]),
    Route("/open-book", open_book, methods=["GET"]),
    Route("/goodbye", goodbye, methods=["GET"]),
    Route("/manifest.webmanifest", manifest, methods=["GET"]),
    Route("/exit", quick_exit, methods=["GET"]),
]


async def _end_soon(request: Request) -> None:
    parts = parts_of(request)
    try:
        async with asyncio.timeout(PATIENCE):
            session = await parts.auth.session(request)
            if session is None:
                return
            ending = parts.door.submit(Actor(session.person, session.id), EndSessions(session.id))
            ending.add_done_callback(_let_be)
            await asyncio.wait([ending])
            parts.auth.drop(session.person)
    except TimeoutError:
        return


def _let_be(ending: asyncio.Future[Any]) -> None:
    # A session that is gone already, or a full disk, changes nothing for somebody who has left.
    if not ending.cancelled():
        ending.exception()


def _fill(name: str, folder: Path, facts: dict[str, str]) -> str:
    return Template(_template(folder / "pages" / name)).substitute(facts)


@cache
def _template(path: Path) -> str:
    return (
        path.read_text("utf-8") if path.is_file() else f'<!doctype html>\n<html lang="en">{PLAIN[path.name]}</html>\n'
    )
