"""Bodies of the HTTP interface: coming in, keeping one's place, looking at circles from outside."""

from typing import Annotated, Any, Literal, NamedTuple

from msgspec import Meta

from moderation.wire_ledger import DrawProof, LedgerHead, LedgerPage, OpenBook
from moderation.wire_panels import CaseToRead, Desk
from rooms.wire import Discreet, Line, Moment, OpaqueId
from rooms.wire_agreement import AgreementBook
from rooms.wire_search import FoundMessages, Search
from rooms.wire_views import CircleView
from server.help_lines import HelpLine
from server.protocol import AnyCommand, CommandAnswer, Page

Secret = Annotated[str, Meta(max_length=1024)]


class Body(Discreet, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person sends."""


class ComeIn(Body, frozen=True, kw_only=True):
    name: Line


class KeepPlace(Body, frozen=True, kw_only=True):
    """Make a sign-in name and a passphrase, to come back as the same person."""

    sign_in_name: Line
    passphrase: Secret


class SignIn(Body, frozen=True, kw_only=True):
    sign_in_name: Line
    passphrase: Secret
    remember: bool = False


class Recover(Body, frozen=True, kw_only=True):
    """Come back with the recovery words; they are used up, and new ones are given."""

    sign_in_name: Line
    recovery_words: Secret
    new_passphrase: Secret


class ChangePassphrase(Body, frozen=True, kw_only=True):
    """Ends every other session at once."""

    passphrase: Secret
    new_passphrase: Secret


class Remember(Body, frozen=True, kw_only=True):
    """Whether this browser keeps the place after it is closed (14 days idle, 60 at most)."""

    remember: bool


class EndSession(Body, frozen=True, kw_only=True):
    session: OpaqueId


class LookAtInvite(Body, frozen=True, kw_only=True):
    """A token from a link, or a six-letter code."""

    invite: Line


class DrawInvite(Body, frozen=True, kw_only=True):
    token: Line


class Nothing(Body, frozen=True, kw_only=True):
    """An empty object."""


class Me(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """Who one is. Without ``person``: nobody yet."""

    name: str | None = None
    sign_in_name: str | None = None
    remembered: bool = False
    offered_name: str | None = None
    """A name to begin with, where one has none yet."""
    title: str
    """What the browser's title bar may say."""
    keep_default: int
    topics: tuple[str, ...]
    agreement_default: str
    may_open: bool
    exit_to: str
    plain_http: bool = False
    time_scale: float = 1.0


class OfferedName(Discreet, frozen=True, kw_only=True):
    name: str


class RecoveryWords(Discreet, frozen=True, kw_only=True):
    """Shown once. Only their hash is kept."""

    recovery_words: str


class SessionView(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    session: OpaqueId
    began_at: Moment
    seen_at: Moment
    this_one: bool = False


class Sessions(Discreet, frozen=True, kw_only=True):
    sessions: tuple[SessionView, ...]


class Circles(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """Yours first, then open, then later, each by time."""

    circles: tuple[CircleView, ...]
    told: tuple[OpaqueId, ...] = ()
    """Plans and circles of whose opening one is told."""


class PushKey(Discreet, frozen=True, kw_only=True):
    """What a browser needs to be told by this server; none where browsers are not told."""

    key: str | None


class PushPlace(Body, frozen=True, kw_only=True):
    """Where this browser is told; none: not any more."""

    endpoint: Secret | None = None


class InviteLook(Discreet, frozen=True, kw_only=True):
    circle: CircleView


class Picture(Discreet, frozen=True, kw_only=True):
    """A QR code as an SVG document."""

    svg: str


class HelpLines(Discreet, frozen=True, kw_only=True):
    """Whom one can call or write to, as whoever runs this place chose; perhaps none."""

    lines: tuple[HelpLine, ...]


class Problem(Discreet, frozen=True, kw_only=True, omit_defaults=True):
    """problem+json (RFC 9457). ``code`` is stable; ``detail`` is one plain sentence."""

    title: str
    status: int
    code: str
    detail: str
    retry_after: int | None = None


class Endpoint(NamedTuple):
    """One documented HTTP operation; the same table serves the OpenAPI file and its tests."""

    method: Literal["GET", "POST"]
    path: str
    body: Any
    answer: Any
    signed_in: bool


ENDPOINTS = (
    Endpoint("GET", "/api/me", None, Me, False),
    Endpoint("GET", "/api/names", None, OfferedName, False),
    Endpoint("GET", "/api/help-lines", None, HelpLines, False),
    Endpoint("POST", "/api/come-in", ComeIn, Me, False),
    Endpoint("POST", "/api/sign-in", SignIn, Me, False),
    Endpoint("POST", "/api/recover", Recover, RecoveryWords, False),
    Endpoint("POST", "/api/keep-place", KeepPlace, RecoveryWords, True),
    Endpoint("POST", "/api/passphrase", ChangePassphrase, Me, True),
    Endpoint("POST", "/api/remember", Remember, Me, True),
    Endpoint("POST", "/api/sign-out", Nothing, Me, True),
    Endpoint("POST", "/api/sign-out-everywhere", Nothing, Me, True),
    Endpoint("GET", "/api/sessions", None, Sessions, True),
    Endpoint("POST", "/api/sessions/end", EndSession, Sessions, True),
    Endpoint("GET", "/api/push", None, PushKey, False),
    Endpoint("POST", "/api/push", PushPlace, PushKey, True),
    Endpoint("GET", "/api/circles", None, Circles, False),
    Endpoint("POST", "/api/invites/look", LookAtInvite, InviteLook, False),
    Endpoint("POST", "/api/invites/picture", DrawInvite, Picture, True),
    Endpoint("GET", "/api/circles/{circle}/events", None, Page, True),
    Endpoint("POST", "/api/search", Search, FoundMessages, True),
    Endpoint("GET", "/api/circles/{circle}/agreement", None, AgreementBook, True),
    Endpoint("GET", "/api/desk", None, Desk, True),
    Endpoint("GET", "/api/seats/{seat}", None, CaseToRead, True),
    Endpoint("GET", "/api/ledger", None, LedgerPage, False),
    Endpoint("GET", "/api/ledger/head", None, LedgerHead, False),
    Endpoint("GET", "/api/draws/{draw}", None, DrawProof, False),
    Endpoint("GET", "/api/open-book", None, OpenBook, False),
    Endpoint("POST", "/api/commands", AnyCommand, CommandAnswer, True),
)
