"""What the gateway asks the uploader: a target's secrets reach whoever seals them."""

import json

from pydantic import SecretStr

from wellspring_common.uploading import Question, SaveTarget, TargetSaved
from wellspring_gateway.adapters.uploader import BusUploader


class Bus:
    def __init__(self) -> None:
        self.said: list[tuple[str, bytes]] = []

    async def ask(self, subject: str, question: bytes, *, patience_s: float) -> bytes:
        self.said.append((subject, question))
        return json.dumps({"ok": True, "target_id": 7}).encode()


async def test_secrets_reach_the_uploader_as_they_were_entered() -> None:
    bus = Bus()
    wish = SaveTarget(
        name="ours",
        kind="peertube",
        settings={"url": "https://peertube.example"},
        secrets={"username": SecretStr("anna"), "password": SecretStr("pässword")},
        asked_by="anna",
    )
    saved = await BusUploader(bus).ask(Question.SAVE_TARGET, wish, TargetSaved)
    assert saved.target_id == 7
    ((subject, question),) = bus.said
    assert subject.endswith(".save_target")
    assert json.loads(question)["secrets"] == {"username": "anna", "password": "pässword"}
    assert "pässword" not in repr(wish)
