"""People at a browser: ``await ana.opens_a_room("…")``, ``await bo.enters("…")``, ``await bo.sees("…")``.

What a person's page complained about, asked of other places, said over its socket and heard there is all written down.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable
from typing import Any, Self

import msgspec
from playwright.async_api import (
    Browser,
    BrowserContext,
    CDPSession,
    ConsoleMessage,
    Dialog,
    Error,
    Locator,
    Page,
    Request,
    WebSocket,
    expect,
)

from tests.browser.road import Road
from tests.guests import new_key
from tests.house import House, Process

PATIENCE = 45.0
"""Seconds after which somebody who waits for something says what for: more than a page may wait before it tries again."""
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
AWAY = ("net::ERR_", "WebSocket connection to")
"""How Chromium begins, or what it says inside, when it only says that something could not be reached."""

expect.set_options(timeout=PATIENCE * 1000)


def speaks_of(frame: str, name: str) -> bool:
    """Whether this name or id stands in a frame, and not by chance as two or three letters of some other id."""
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", frame) is not None


class Person:
    """One browser context with one page. ``sent`` and ``heard`` are the frames of all its sockets, as they were."""

    def __init__(self, place: House | Process, context: BrowserContext, page: Page, road: Road) -> None:
        self.place = place
        self.context = context
        self.page = page
        self.road = road
        self.name = ""
        self.sent: list[str] = []
        self.heard: list[str] = []
        self.sockets: list[WebSocket] = []
        self.asked: list[str] = []
        """Addresses of all requests, as they were."""
        self.elsewhere: list[str] = []
        """Requests to any origin but the server's."""
        self.complaints: list[str] = []
        self.may_be_refused = False
        """Answers that refuse something are part of the test; the browser's console calls them errors."""
        self._was_away = False
        self._changed = asyncio.Event()
        context.on("request", self._asked)
        context.on("page", self._follow)
        self._follow(page)

    # --- coming and going

    async def opens(self, path: str = "/") -> Self:
        await self.page.goto(self.place.url + path)
        return self

    async def comes_in(self, name: str) -> Self:
        """From the first page to the list of circles, as a newcomer does it."""
        await self.opens()
        await self.page.get_by_label("What shall we call you?").fill(name)
        await self.presses("Come in")
        await self.presses("I know the way out")
        await expect(self.heading("Circles")).to_be_visible()
        self.name = name
        return self

    async def has_a_place(self, name: str) -> Self:
        """The same without looking at the pages, for tests of what comes after."""
        await self.posts("/api/come-in", {"name": name})
        self.name = name
        return self

    async def sits_in(self, circle: str, name: str = "Bo") -> Self:
        """Be in a circle with its page open, by the shortest way."""
        if not self.name:
            await self.has_a_place(name)
        await self.posts("/api/commands", {"do": "circle.enter", "circle": circle, "agreement": 1})
        return await self.looks_at(circle)

    async def holds_a_room(self, topic: str = "Quiet evenings", name: str = "Ana", **choices: Any) -> str:
        """Open a room by the shortest way, with its page; returns its id."""
        if not self.name:
            await self.has_a_place(name)
        wish = {"topic": topic, "agreement": "I listen.", "key": new_key(), **choices}
        made = await self.posts("/api/commands", {"do": "circle.open", **wish})
        await self.looks_at(made["circle"])
        return str(made["circle"])

    async def looks_at(self, circle: str) -> Self:
        """Open the page of a circle one is in, and wait until all that was said there is drawn."""
        before = self.answers_to_watching(circle)
        is_there = self.page.url == f"{self.place.url}/#/c/{circle}"
        await self.opens(f"/#/c/{circle}")
        if not is_there:
            await self.has_read(circle, before)
        await expect(self.box).to_be_visible()
        await expect(self.status).to_have_text("")
        return self

    async def goes_to(self, where: str) -> None:
        """Another screen of the same page, such as ``#/safety``; returns when the page has heard of it."""
        await self.page.evaluate(
            """where => location.hash === where || new Promise(done => {
                addEventListener('hashchange', () => done(true), { once: true });
                location.hash = where;
            })""",
            where,
        )

    async def comes_back_to(self, circle: str) -> None:
        """From another screen of the same page; returns when what was missed is here."""
        before = self.answers_to_watching(circle)
        await self.goes_to(f"#/c/{circle}")
        await self.has_read(circle, before)
        await expect(self.box).to_be_visible()

    def answers_to_watching(self, circle: str) -> int:
        """How often the page was told, so far, what a circle's log holds."""
        return len(self._answers_to_watching(circle))

    async def has_read(self, circle: str, before: int) -> None:
        """Wait until a circle's log was asked for once more than so often, and all that there was of it is drawn."""

        def is_here() -> bool:
            answers = self._answers_to_watching(circle)
            if len(answers) <= before:
                return False
            at, told = answers[-1]
            frames = (msgspec.json.decode(frame) for frame in self.heard[at + 1 :] if '"seq":' in frame)
            seqs = (frame["seq"] for frame in frames if "seq" in frame and frame["on"] == told["on"])
            return bool(max(seqs, default=told["start"] - 1) >= told["head"])

        await self.until(is_here, "has all of the circle's log")
        await self.is_painted()

    def _answers_to_watching(self, circle: str) -> list[tuple[int, dict[str, Any]]]:
        """Which of the frames that were heard they are, and what each said."""
        told = []
        for at, text in enumerate(self.heard):
            if f'"on":"circle/{circle}"' in text and '"re":' in text:
                answer = msgspec.json.decode(text).get("ok", {})
                if answer.get("on") == f"circle/{circle}" and "start" in answer:
                    told.append((at, answer))
        return told

    @contextlib.asynccontextmanager
    async def offline(self) -> AsyncIterator[None]:
        """No network, and the browser knows."""
        await self.loses_the_network()
        try:
            yield
        finally:
            await self.has_network_again()

    async def loses_the_network(self) -> None:
        self._was_away = True
        self.road.cut()
        await self.context.set_offline(offline=True)

    async def has_network_again(self) -> None:
        self.road.mend()
        await self.context.set_offline(offline=False)

    def is_cut_off(self) -> None:
        """The server cannot be reached, and nobody says so."""
        self._was_away = True
        self.road.cut()

    async def posts(self, path: str, json: Any) -> Any:
        """A request of this browser beside its page; the cookies are the same."""
        url = self.place.url
        answer = await self.context.request.post(url + path, data=json, headers={"Origin": url})
        assert answer.ok, await answer.text()
        return await answer.json()

    # --- in rooms

    async def opens_a_room(self, topic: str = "Quiet evenings") -> str:
        """By the form; returns the circle's id."""
        await self.goes_to("#/open")
        await self.page.get_by_label("In your own words").check()
        await self.page.get_by_label("Other words").fill(topic)
        await self.presses("Open the room")
        await expect(self.heading(topic)).to_be_visible()
        await expect(self.box).to_be_visible()
        await expect(self.page).to_have_url(re.compile(r"/#/c/[\w-]{16}$"))
        return self.page.url.rsplit("/", 1)[1]

    async def enters(self, topic: str) -> None:
        """From the list of circles through the door."""
        await self.goes_to("#/")
        await self.page.get_by_role("link", name=topic).click()
        await self.page.get_by_label("I'll try to keep to this").check()
        await self.presses("Go in")
        await expect(self.box).to_be_visible()

    async def says(self, words: str) -> Locator:
        """Write and post; returns the message as it stands at once."""
        await self.box.fill(words)
        await self.presses("Post")
        return self.message(words)

    async def sees(self, words: str) -> Locator:
        """Wait until a message with these words is there; returns it."""
        message = self.message(words)
        await expect(message).to_be_visible()
        return message

    async def does(self, what: str, words: str) -> None:
        """Open what can be done with a message, and choose from it by the first words of the choice."""
        await self.opens_more(words)
        await self.page.get_by_role("dialog").get_by_role("button", name=re.compile(f"^{re.escape(what)}")).click()

    async def opens_more(self, words: str) -> Locator:
        message = self.message(words)
        await message.hover()
        await message.locator(".msg-more").click()
        await expect(self.dialog).to_be_visible()
        return self.dialog

    async def holds_the_room(self) -> None:
        """Open what a host can do; a wide window has two ways there."""
        await self.button("Holding this room").first.click()
        await expect(self.dialog).to_be_visible()

    async def presses(self, label: str) -> None:
        await self.page.get_by_role("button", name=label, exact=True).click()

    # --- what is on the page

    @property
    def box(self) -> Locator:
        return self.page.locator("#box")

    @property
    def status(self) -> Locator:
        return self.page.locator(".status")

    @property
    def rows(self) -> Locator:
        return self.page.locator("#rows > li")

    @property
    def messages(self) -> Locator:
        return self.page.locator("#rows > .msg")

    @property
    def unread_line(self) -> Locator:
        return self.page.locator("#rows > .unread")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    def heading(self, words: str) -> Locator:
        return self.page.get_by_role("heading", name=words, exact=True)

    def button(self, label: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=label, exact=isinstance(label, str))

    def message(self, words: str) -> Locator:
        """The message whose words are exactly these."""
        body = self.page.locator(".msg-body").filter(has_text=re.compile(f"^{re.escape(words)}$"))
        return self.messages.filter(has=body)

    async def words(self) -> list[str]:
        """The words of all mounted messages, in order."""
        return await self.page.locator("#rows .msg-body").all_inner_texts()

    async def tops(self) -> dict[str, float]:
        """Where each mounted row begins, in CSS px from the top of the window, by the row's id."""
        found = await self.page.evaluate(
            "() => [...document.querySelectorAll('#rows > [data-row]')]"
            ".map(row => [row.dataset.row, row.getBoundingClientRect().top])"
        )
        return {row: float(top) for row, top in found}

    async def scroll_state(self) -> dict[str, float]:
        """``top``, ``height`` and ``below`` (what is left to scroll down) of the messages, in CSS px."""
        state: dict[str, float] = await self.page.evaluate(
            "() => { const view = document.getElementById('messages');"
            " return { top: view.scrollTop, height: view.clientHeight,"
            " below: view.scrollHeight - view.clientHeight - view.scrollTop } }"
        )
        return state

    async def scrolls_up(self, by: float) -> None:
        """By so many CSS px, as a wheel does; returns when it is painted."""
        await self.page.evaluate(
            "by => new Promise(done => { document.getElementById('messages').scrollBy(0, -by);"
            " requestAnimationFrame(() => requestAnimationFrame(done)) })",
            by,
        )

    async def is_painted(self) -> None:
        """Two frames have been drawn, so that everything which was due has had its place."""
        await self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    # --- sockets

    def sent_commands(self, do: str) -> list[dict[str, Any]]:
        frames = [msgspec.json.decode(frame) for frame in self.sent]
        return [frame for frame in frames if frame.get("do") == do]

    async def until(self, condition: Callable[[], Any], what: str) -> Any:
        """Wait until the condition gives something true; it is looked at whenever a frame or socket came or went."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not (got := condition()):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"waited in vain: {self.name} {what}") from None
        return got

    async def cdp(self) -> CDPSession:
        return await self.context.new_cdp_session(self.page)

    # --- at the end

    async def leaves(self) -> None:
        """Close the browser context. Raises AssertionError for what must hold in every story."""
        await self.context.close()
        await self.road.close()
        assert not self.elsewhere, f"{self.name} asked elsewhere: {self.elsewhere}"
        assert not self.complaints, f"{self.name}'s page complained: {self.complaints}"

    def _asked(self, request: Request) -> None:
        self.asked.append(request.url)
        own = (self.place.url + "/", "data:", "blob:", "about:")
        if not request.url.startswith(own):
            self.elsewhere.append(request.url)

    def _follow(self, page: Page) -> None:
        page.on("console", self._complained)
        page.on("pageerror", self._failed)
        page.on("websocket", self._connected)
        page.on("dialog", self._asked_before_closing)

    async def _asked_before_closing(self, dialog: Dialog) -> None:
        await dialog.accept()

    def _failed(self, error: Error) -> None:
        self.complaints.append(str(error))

    def _complained(self, message: ConsoleMessage) -> None:
        text = message.text
        network = any(text.startswith(sign) or sign in text for sign in AWAY)
        refused = self.may_be_refused and "the server responded with a status of 4" in text
        if message.type == "error" and not (self._was_away and network) and not refused:
            self.complaints.append(text)

    def _connected(self, socket: WebSocket) -> None:
        if not socket.url.startswith(self.place.url.replace("http", "ws", 1) + "/"):
            self.elsewhere.append(socket.url)
        self.sockets.append(socket)
        socket.on("framesent", lambda frame: self._spoke(self.sent, frame))
        socket.on("framereceived", lambda frame: self._spoke(self.heard, frame))
        socket.on("close", lambda _: self._changed.set())
        self._changed.set()

    def _spoke(self, frames: list[str], frame: str | bytes) -> None:
        frames.append(frame if isinstance(frame, str) else frame.decode())
        self._changed.set()


async def arrive(browser: Browser, place: House | Process, **like: Any) -> Person:
    """A new person with an empty browser. ``like`` is what a browser context takes: `PHONE`, `DESK`, a zone …"""
    road = await Road().build()
    chosen = {"service_workers": "block", "locale": "en-GB", **DESK, **like}
    context = await browser.new_context(proxy={"server": road.url}, **chosen)
    context.set_default_timeout(PATIENCE * 1000)
    return Person(place, context, await context.new_page(), road)
