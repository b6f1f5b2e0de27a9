"""The server's own secret, and the keyed hashes made with it: what is hashed cannot be guessed back by trying."""

import os
import secrets
from base64 import urlsafe_b64encode
from hashlib import blake2b
from pathlib import Path

FILE = "secret.key"
SECRET_BYTES = 32


class KeysUnavailable(Exception):
    """The secret can be neither read nor made. The text is one plain sentence."""


class Keys:
    """Sub-keys of one 32-byte secret, one for each purpose. Neither shows in a repr."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def load(cls, data_dir: Path) -> "Keys":
        """The secret in ``data_dir``, made on the first start and readable by nobody else (0600)."""
        path = data_dir / FILE
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                _make(path)
            path.chmod(0o600)
            secret = path.read_bytes()
        except OSError as error:
            raise KeysUnavailable(f"DATA_DIR cannot be used for {FILE}: {error.strerror}.") from None
        if len(secret) != SECRET_BYTES:
            raise KeysUnavailable(f"{FILE} in DATA_DIR is damaged: it is not {SECRET_BYTES} bytes long.")
        return cls(secret)

    def key(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose (at most 16 ASCII characters)."""
        return blake2b(key=self._secret, person=purpose.encode(), digest_size=32).digest()

    def hash(self, purpose: str, data: bytes) -> bytes:
        """16 bytes that only this secret makes of ``data``."""
        return blake2b(data, key=self._secret, person=purpose.encode(), digest_size=16).digest()

    def mark(self, purpose: str, text: str) -> str:
        """`hash` as 22 characters of base64url."""
        return urlsafe_b64encode(self.hash(purpose, text.encode())).rstrip(b"=").decode()


def _make(path: Path) -> None:
    # A crash must not leave half a secret, and two processes that start together must end with the same one.
    draft = path.with_name(f"{FILE}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            return
    finally:
        draft.unlink()
