"""Help, the open book, the neutral page and Quick exit."""

import logging
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import replace
from pydantic import ValidationError

from moderation import report
from moderation.wire import Category
from moderation.wire_ledger import Cell, LedgerHead, MonthNumbers, OpenBook
from server import open_book, pages
from server.client_files import client_folder
from server.help_lines import NO_LINES, HelpFileUnusable, as_html, check_help, help_lines
from server.settings import Settings
from tests.server.place import Browser, Place, open_place

TEMPLATES = Path(__file__).parents[2] / "web_client" / "pages"
NOW = 1_800_000_000_000
EMPTY = OpenBook(
    operator=None, since=0, recent=report.recent_of(()), months=(), pool=None, head=LedgerHead(seq=0, hash="0" * 64)
)
LINES = """
[[line]]
name = "Night line <b>"
phone = "0800 - 111 (222)"
sms = "+49 170 5555"
url = "https://help.example.org/talk?a=1&b=2"
hours = "every night, 21:00 to 07:00"
note = "Free of charge"

[[line]]
name = "Day line"
phone = "116 123"
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with open_place(tmp_path_factory.mktemp("place"), page_title="Garden <list>", operator="Fern & Bo") as place:
        yield place


@pytest.fixture
def browser(place: Place) -> Browser:
    return place.browser()


@pytest.fixture
def help_file(tmp_path: Path) -> Path:
    path = tmp_path / "help.toml"
    path.write_text(LINES, "utf-8")
    return path


@pytest.fixture(params=["templates", "not built"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The client's folder with the real templates, as the build leaves them; or one without any."""
    if request.param == "templates":
        (tmp_path / "pages").mkdir()
        for each in TEMPLATES.glob("*.html"):
            (tmp_path / "pages" / each.name).write_text(
                each.read_text("utf-8").replace("${css}", "/pages.css"), "utf-8"
            )
    return tmp_path


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_help_shows_what_the_operator_wrote(folder: Path, help_file: Path) -> None:
    html = pages.help_html(Settings(help_file=help_file, page_title="Garden <list>"), folder)
    links = [attrs["href"] for tag, attrs in Tags(html).found if tag == "a"]
    assert {"tel:0800111222", "sms:+491705555", "https://help.example.org/talk?a=1&b=2", "tel:116123", "/exit"} <= set(
        links
    )
    assert "Night line &lt;b&gt;" in html
    assert "every night, 21:00 to 07:00" in html
    assert "<title>Garden &lt;list&gt;</title>" in html
    assert NO_LINES not in html
    assert "<script" not in html


def test_without_lines_help_says_so_honestly(folder: Path) -> None:
    assert NO_LINES in pages.help_html(Settings(), folder)


def test_the_open_book_says_who_runs_this_and_how_long_words_stay(folder: Path) -> None:
    html = pages.open_book_html(Settings(operator="Fern & Bo", keep_default=72), folder, EMPTY, NOW)
    assert "Fern &amp; Bo" in html
    assert "3 days" in html
    assert "${" not in html
    assert "<script" not in html
    assert len(html.encode()) < 30_000
    assert "not said who they are" in pages.open_book_html(Settings(), folder, EMPTY, NOW)


def test_a_new_place_tells_no_numbers_and_when_the_first_will_come() -> None:
    said = open_book.facts(Settings(), EMPTY, NOW)
    assert said["recent"] == "<p>Of everything that is counted there were fewer than 5 each in the last 90 days.</p>"
    assert said["month"] == "<p>The first count comes on 1 February 2027.</p>"
    assert (said["hours"], said["pool"], said["short"]) == (
        "too few to say",
        "no panel has been drawn yet",
        "nothing yet",
    )
    assert said["scaled"] == ""
    assert "60 times" in open_book.facts(Settings(time_scale=60), EMPTY, NOW)["scaled"]


def test_numbers_stand_in_a_table_and_small_ones_in_one_sentence() -> None:
    recent = replace(EMPTY.recent, folds=1_200, content=(7, "fewer than 5", 5), median_hours=3, unfolded_percent=40)
    flags: dict[str, Cell] = {"disrespect": 31, "spam": "fewer than 5"}
    month = MonthNumbers(
        began_at=NOW, ended_at=NOW + 30 * 86_400_000, flags=flags, lapsed_unseen=6, quiet_flags="fewer than 5",
        load_median=1, load_most=4,
    )  # fmt: skip
    said = open_book.facts(Settings(), replace(EMPTY, recent=recent, months=(month,), pool="6-9"), NOW)
    assert '<tr><th scope="row">Messages folded by flags</th><td>1,200</td></tr>' in said["recent"]
    assert "<summary>Fewer than 5 each in the last 90 days</summary>" in said["recent"]
    assert "<li>Panels that folded</li>" in said["recent"]
    assert (said["hours"], said["unfolded"], said["pool"]) == ("3 hours", "40 %", "6-9 people")
    assert '<th scope="row">Flags: disrespect</th><td>31</td>' in said["month"]
    assert "from 15 January 2027 to 14 February 2027</summary>" in said["month"]
    assert "<li>Flags: spam</li><li>People told by all of a panel" in said["month"]
    assert "read 1 on a usual day, and 4 at the most" in said["month"]


def test_every_category_of_flags_has_words() -> None:
    assert set(open_book.FELT) == set(get_args(Category))


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (0, "until the circle closes"),
        (1 / 6, "10 minutes"),
        (1, "1 hour"),
        (24, "24 hours"),
        (36, "36 hours"),
        (48, "2 days"),
        (168, "7 days"),
    ],
)
def test_spans_are_spelt_out(hours: float, words: str) -> None:
    assert open_book.spell(round(hours * 3_600_000)) == words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[line]", "HELP_FILE is not TOML"),
        ("[[line]]\nphone = '1'", "HELP_FILE has something unexpected"),
        ("[[line]]\nname = 'a'\nemail = 'b'", "HELP_FILE has something unexpected"),
        ("[[line]]\nname = 'a'\nphone = 'ask'", "HELP_FILE: the phone of 'a' is not a number that can be dialled."),
        ("[[line]]\nname = 'a'\nphone = '1;ext=<x>'", "HELP_FILE: the phone of 'a'"),
        (
            "[[line]]\nname = 'a'\nurl = 'javascript:alert(1)'",
            "HELP_FILE: the url of 'a' does not begin with https://.",
        ),
        ("[[line]]\nname = ''", "HELP_FILE has something unexpected"),
        ("line = 3", "HELP_FILE has something unexpected"),
    ],
)
def test_a_broken_help_file_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "help.toml"
    path.write_text(text)
    with pytest.raises(HelpFileUnusable) as caught:
        check_help(path)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_a_help_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(HelpFileUnusable, match=r"^HELP_FILE cannot be read: No such file or directory\.$"):
        check_help(tmp_path / "missing.toml")
    (tmp_path / "latin.toml").write_bytes(b"# \xff")
    with pytest.raises(HelpFileUnusable, match="HELP_FILE is not TOML"):
        check_help(tmp_path / "latin.toml")


def test_starting_without_lines_is_warned_of(caplog: pytest.LogCaptureFixture, help_file: Path) -> None:
    with caplog.at_level(logging.WARNING):
        check_help(help_file)
        assert caplog.records == []
        check_help(None)
    assert "HELP_FILE" in caplog.text


def test_every_line_is_one_item(help_file: Path) -> None:
    tags = [tag for tag, _ in Tags(as_html(help_lines(help_file))).found]
    assert tags.count("li") == 2
    assert tags.count("a") == 4


def test_the_home_screen_shows_the_operators_title(browser: Browser) -> None:
    answer = browser.get("/manifest.webmanifest")
    if not (client_folder() / "manifest.webmanifest").is_file():
        assert answer.status == 404
        return
    assert answer.json["name"] == answer.json["short_name"] == "Garden <list>"
    assert answer.json["icons"]
    assert answer.headers["Content-Type"] == "application/manifest+json"


@pytest.mark.parametrize("path", ["/help", "/open-book", "/goodbye"])
def test_pages_are_small_and_need_nobody_to_be_anybody(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert len(answer.body) < 30_000
    tags = Tags(answer.body.decode())
    assert "script" not in [tag for tag, _ in tags.found]
    assert not [attrs for _, attrs in tags.found if "style" in attrs]
    assert not [link for _, attrs in tags.found if (link := attrs.get("src")) and "//" in link]


def test_the_neutral_page_says_nothing_of_this_place(browser: Browser) -> None:
    text = re.sub(r"<[^>]+>", " ", browser.get("/goodbye").body.decode()).casefold()
    for word in ("circle", "garden", "help", "fern", "talk"):
        assert word not in text


@pytest.mark.parametrize("site", [None, "same-origin", "none"])
def test_quick_exit_leaves_nothing_behind(browser: Browser, site: str | None) -> None:
    browser.comes_in()
    before = browser.cookie
    answer = browser.get("/exit", **({"Sec_Fetch_Site": site} if site else {}))
    assert answer.status == 303
    assert answer.headers["Location"] == "/goodbye"
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert browser.cookie is None
    browser.cookie = before
    assert browser.name() is None


@pytest.mark.parametrize("site", ["cross-site", "same-site", "odd"])
def test_another_sites_link_to_quick_exit_signs_nobody_out(browser: Browser, site: str) -> None:
    browser.comes_in("Bo")
    answer = browser.get("/exit", Sec_Fetch_Site=site)
    assert (answer.status, answer.headers["Location"]) == (303, "/goodbye")
    assert "Clear-Site-Data" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert browser.name() == "Bo"


@pytest.mark.parametrize("purpose", ["prefetch", "prefetch;prerender"])
def test_what_a_browser_fetches_ahead_signs_nobody_out(browser: Browser, purpose: str) -> None:
    browser.comes_in("Bo")
    answer = browser.get("/exit", Sec_Fetch_Site="same-origin", Sec_Purpose=purpose)
    assert (answer.status, answer.headers["Location"]) == (303, "/goodbye")
    assert "Clear-Site-Data" not in answer.headers
    assert browser.name() == "Bo"


def test_quick_exit_is_for_nobody_too(browser: Browser) -> None:
    assert browser.get("/exit").status == 303
    browser.cookie = "sid=" + "A" * 43
    assert browser.get("/exit").status == 303


def test_quick_exit_leads_where_the_operator_said(tmp_path: Path) -> None:
    with open_place(tmp_path, exit_to="https://weather.example.org/") as place:
        assert place.browser().get("/exit").headers["Location"] == "https://weather.example.org/"


@pytest.mark.parametrize(
    "to",
    [
        "http://weather.example.org",
        "javascript:alert(1)",
        "//weather.example.org",
        "/help",
        "https://",
        "https://ä.example",
    ],
)
def test_quick_exit_leads_only_to_a_safe_address(to: str) -> None:
    with pytest.raises(ValidationError):
        Settings(exit_to=to)
