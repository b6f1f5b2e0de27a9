"""Telling a browser whose page is closed: one empty message, signed, to listed public hosts only, and never in the way."""

import asyncio
import contextlib
import datetime
import ssl
import time
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509.oid import NameOID
from sqlalchemy import text

from server.push_sending import NotSent, Sender, checked
from server.settings import Settings
from tests.guests import Guest, Refused
from tests.house import House, house
from tests.stories.test_schedule import of, plans

HOSTS = ("push.example.org", "localhost")


@dataclass
class Maker:
    """What a browser's maker runs: takes messages, and answers as it is told to."""

    status: int = 201
    location: str = ""
    port: int = 0
    heard: list[bytes] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    def at(self, path: str) -> str:
        return f"https://localhost:{self.port}{path}"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            self.heard.append(await reader.readuntil(b"\r\n\r\n"))
            more = f"Location: {self.location}\r\n" if self.location else ""
            writer.write(f"HTTP/1.1 {self.status} As told\r\n{more}Content-Length: 0\r\n\r\n".encode())
            await writer.drain()
        writer.close()
        self.came.set()

    def headers(self) -> dict[str, str]:
        """Of the message that came last."""
        lines = self.heard[-1].decode().split("\r\n")[1:-2]
        return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for localhost that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("maker") / "maker.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
async def maker(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Maker]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    made = Maker()
    server = await asyncio.start_server(made.answer, "localhost", 0, ssl=tls)
    made.port = server.sockets[0].getsockname()[1]
    for each in server.sockets[1:]:
        each.close()
    yield made
    server.close()


@pytest.fixture
async def place(tmp_path: Path, maker: Maker) -> AsyncIterator[House]:
    async with house(tmp_path / "data", push_hosts=HOSTS, push_loopback=True, guest_hours=10_000) as opened:
        yield opened


def kept(place: House) -> list[str]:
    read = text("SELECT endpoint FROM push_place")
    return place.parts.store.read_now(lambda conn: list(conn.execute(read).scalars()))


async def waits(guest: Guest, ana: Guest, place: House, endpoint: str) -> str:
    """Bo asks to be told, in a browser too; returns the circle."""
    circle = await plans(ana, place)
    answer = await guest.posts("/api/push", {"endpoint": endpoint})
    assert answer.status == 200, answer.json()
    await guest.asks("opening.tell", of=(await of(guest, circle))["plan"]["id"])
    return circle


async def test_a_browser_is_told_with_nothing_in_it_and_forgotten_when_it_is_gone(place: House, maker: Maker) -> None:
    ana = await Guest(place.url, "Ana").comes_in()
    bo = await Guest(place.url, "Bo").comes_in()
    key = (await bo.gets("/api/push")).json()["key"]
    circle = await waits(bo, ana, place, maker.at("/wpush/bo"))
    await place.clock.passes(hours=2)
    await asyncio.wait_for(maker.came.wait(), 30)
    (message,) = maker.heard
    assert message.startswith(b"POST /wpush/bo HTTP/1.1\r\n")
    headers = maker.headers()
    assert headers["content-length"] == "0"
    assert int(headers["ttl"]) > 0
    for secret in (circle, "Quiet evenings", bo.me.removeprefix("person/")):
        assert secret.encode() not in message
    note, public = headers["authorization"].removeprefix("vapid ").split(", ")
    assert public == f"k={key}"
    claims = judged(note.removeprefix("t="), key)
    assert set(claims) == {"aud", "exp", "sub"}
    assert claims["aud"] == f"https://localhost:{maker.port}"
    assert 0 < int(claims["exp"]) - time.time() <= 86_400
    # The maker says that this browser is gone.
    maker.status = 410
    maker.came.clear()
    await place.clock.passes(hours=7 * 24)
    await asyncio.wait_for(maker.came.wait(), 30)
    async with asyncio.timeout(30):
        while kept(place):
            await place.clock.passes()


async def test_what_leads_elsewhere_is_not_followed(place: House, maker: Maker) -> None:
    maker.status, maker.location = 307, maker.at("/elsewhere")
    sender = Sender(HOSTS, loopback=True)
    assert await sender.send(maker.at("/here"), "vapid t=, k=") == 307
    assert len(maker.heard) == 1


async def test_this_machine_and_private_networks_are_never_asked(maker: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotSent, match="private"):
        await Sender(HOSTS).send("https://localhost/wpush", "")
    loop = asyncio.get_running_loop()
    private = (
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "0.0.0.0",
    )
    for address in private:
        family = 10 if ":" in address else 2

        async def found(*_: object, address: str = address, family: int = family, **__: object) -> object:
            public = (2, 1, 6, "", ("93.184.215.14", 443))
            return [public, (family, 1, 6, "", (address, 443))]

        monkeypatch.setattr(loop, "getaddrinfo", found)
        with pytest.raises(NotSent, match="private"):
            await Sender(HOSTS).send("https://push.example.org/wpush", "")
    assert maker.heard == []


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.org/x", "https://push.example.org:8443/x", "https://push.example.org.evil.example/x",
        "https://evilpush.example.org/x", "https://ana@push.example.org/x", "https://127.0.0.1/x", "https:///x", "ftp:",
        "https://push.example.org/\r\nx", "https://push.example.org/ x", "https://push.example.org:port/x",
        f"https://push.example.org/{'x' * 1_024}",
    ],
)  # fmt: skip
def test_no_other_address_is_taken(endpoint: str) -> None:
    with pytest.raises(NotSent):
        checked(endpoint, ["push.example.org"])
    checked("https://fcm.push.example.org/x?y=z", ["push.example.org"])


async def test_it_goes_with_the_session_and_with_the_person(place: House, maker: Maker) -> None:
    for way in ("sign-out", "exit", "forget", "off"):
        bo = await Guest(place.url, "Bo").comes_in()
        await bo.posts("/api/push", {"endpoint": maker.at("/wpush/bo")})
        assert kept(place) == [maker.at("/wpush/bo")]
        if way == "sign-out":
            await bo.posts("/api/sign-out", {})
        elif way == "exit":
            await bo.gets("/exit")
        elif way == "off":
            await bo.posts("/api/push", {"endpoint": None})
        else:
            with contextlib.suppress(Refused, ConnectionResetError):
                await bo.asks("person.forget", sure=True)
        assert kept(place) == [], way


async def test_other_places_are_refused_and_a_maker_out_of_reach_stops_nothing(place: House, maker: Maker) -> None:
    ana = await Guest(place.url, "Ana").comes_in()
    bo = await Guest(place.url, "Bo").comes_in()
    refused = await bo.posts("/api/push", {"endpoint": "https://example.com/wpush"})
    assert (refused.status, refused.json()["code"]) == (422, "push.not_allowed")
    assert kept(place) == []
    await bo.watches(bo.me)
    circle = await waits(bo, ana, place, "https://localhost:1/nobody")
    await place.clock.passes(hours=2)
    told = await bo.sees(bo.me, lambda event: event["kind"] == "opening.told", "that it opened")
    assert told["circle"] == circle


def test_the_way_to_this_machine_is_shut_where_others_come_in(tmp_path: Path) -> None:
    assert not Settings(data_dir=tmp_path).push_loopback
    with pytest.raises(ValueError, match="PUSH_LOOPBACK"):
        Settings(data_dir=tmp_path, origin="https://circles.example.org", push_loopback=True)


def judged(note: str, public: str) -> dict[str, int | str]:
    """What the note claims, if it was signed with the key."""
    head, claims, signature = note.split(".")
    assert msgspec.json.decode(raw(head)) == {"typ": "JWT", "alg": "ES256"}
    signed = raw(signature)
    both = encode_dss_signature(int.from_bytes(signed[:32], "big"), int.from_bytes(signed[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(public))
    key.verify(both, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    decoded: dict[str, int | str] = msgspec.json.decode(raw(claims))
    return decoded


def raw(encoded: str) -> bytes:
    return urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
