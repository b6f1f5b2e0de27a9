"""What a socket may not do as often as it likes, requests may not either."""

from pathlib import Path

from tests.guests import Guest
from tests.house import house


async def test_requests_of_a_session_have_the_budget_of_a_socket(tmp_path: Path) -> None:
    async with house(tmp_path / "data", frames_per_10s=20) as place:
        ana, bo = [await Guest(place.url, name).comes_in() for name in ("Ana", "Bo")]
        circle = await ana.opens()
        mark = {"do": "read.mark", "ref": 0, "circle": circle, "seq": 1}
        answers = [await ana.posts("/api/commands", mark) for _ in range(40)]
        assert [each.status for each in answers[:20]] == [200] * 20
        assert answers[-1].status == 429
        assert answers[-1].json()["retry_after"] > 0
        for path, body in (("/api/remember", {"remember": True}), ("/api/invites/picture", {"token": "A" * 22})):
            assert (await ana.posts(path, body)).status == 429
        assert (await ana.gets(f"/api/circles/{circle}/events")).status == 429
        assert (await bo.posts("/api/remember", {"remember": True})).status == 200
        # Leaving is always possible.
        assert (await ana.gets("/exit")).status == 303
        assert (await ana.gets("/api/sessions")).status == 401
