"""Who sends what a browser's maker passes on: the server's own key for it, and the notes signed with it (RFC 8292)."""

import time
from base64 import urlsafe_b64encode
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.keys import Keys

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256."""
LASTS = 12 * 3_600
"""Seconds one note is good for; at most a day."""


class PushKeys:
    """Made of the server's secret, which every machine of one server has: so all of them are the same sender."""

    def __init__(self, keys: Keys, contact: str) -> None:
        """``contact``: an https or mailto address that a browser's maker can ask about what is sent."""
        # 32 random bytes are below the order but once in 2^32; then they wrap, which keeps the key good.
        self._private = ec.derive_private_key(int.from_bytes(keys.key("push")) % (ORDER - 1) + 1, ec.SECP256R1())
        point = self._private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public = _text(point)
        """What a browser is given to be told by this server and by nobody else."""
        self._contact = contact
        self._notes: dict[str, tuple[float, str]] = {}

    def authorization(self, endpoint: str) -> str:
        """The value of the header for this endpoint."""
        parts = urlsplit(endpoint)
        where = f"{parts.scheme}://{parts.netloc}"
        until, note = self._notes.get(where, (0.0, ""))
        now = time.time()
        if until - now < LASTS / 2:
            until, note = now + LASTS, self._signed({"aud": where, "exp": int(now) + LASTS, "sub": self._contact})
            self._notes = {each: kept for each, kept in self._notes.items() if kept[0] > now}
            self._notes[where] = until, note
        return f"vapid t={note}, k={self.public}"

    def _signed(self, claims: dict[str, str | int]) -> str:
        head = _text(msgspec.json.encode({"typ": "JWT", "alg": "ES256"}))
        signed = f"{head}.{_text(msgspec.json.encode(claims))}"
        r, s = decode_dss_signature(self._private.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{_text(r.to_bytes(32) + s.to_bytes(32))}"


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
