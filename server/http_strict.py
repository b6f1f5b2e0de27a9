"""h11 without what it forgives, and the bounds of a request."""

import re
from dataclasses import dataclass

import h11


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """What one request may cost before the application sees it. Sizes in bytes, times in seconds."""

    line: int = 8 * 1024
    head: int = 16 * 1024
    headers: int = 100
    head_within: float = 9.5
    """From the connection, or from the first byte of a later request, to the end of the head; a little under ten."""
    body_within: float = 19.5
    """From the end of the head to the end of the body; a little under twenty."""
    linger: float = 2.0
    """How long a refused or answered peer may go on sending what nobody reads."""
    late: float = 2.0
    """From the connection to the end of the head where the server is leaving: whoever came just before is answered."""
    unacknowledged: float = 18.0


LENIENT = re.compile(rb"(?<!\r)\n|\x00")


class StrictConnection(h11.Connection):
    """h11 without what it forgives: bare line feeds, two framings at once, heads of any size that come in one read."""

    def __init__(self, limits: HttpLimits) -> None:
        super().__init__(h11.SERVER, limits.head)
        self.limits = limits
        self.status = 400
        """Of the last refusal."""

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        try:
            if self.their_state is h11.IDLE:
                self.check_head(self.trailing_data[0])
            event = super().next_event()
            if isinstance(event, h11.Request):
                names = {name for name, _ in event.headers}
                if b"content-length" in names and b"transfer-encoding" in names:
                    raise h11.RemoteProtocolError("two framings")
                if event.http_version not in (b"1.0", b"1.1") or (b"upgrade" in names and event.http_version != b"1.1"):
                    raise h11.RemoteProtocolError("another version of HTTP")
        except h11.RemoteProtocolError as error:
            self.status = error.error_status_hint
            raise
        return event

    def check_head(self, data: bytes) -> None:
        """Raise RemoteProtocolError for a head that is already wrong, whole or not."""
        end = data.find(b"\r\n\r\n")
        head = data if end < 0 else data[: end + 4]
        if LENIENT.search(head):
            raise h11.RemoteProtocolError("bare line feed or NUL")
        line = head.find(b"\r\n")
        if (len(head) if line < 0 else line) > self.limits.line:
            raise h11.RemoteProtocolError("request line", error_status_hint=414)
        if len(head) > self.limits.head or head.count(b"\r\n") > self.limits.headers + 2:
            raise h11.RemoteProtocolError("header fields", error_status_hint=431)
