"""A person with matrix-nio, told what to do by lines of JSON; each is answered by one."""

import asyncio
import base64
import hashlib
import io
import json
import sys
from collections.abc import Callable
from typing import Any

import nio.crypto.olm_machine
from nio import (
    Api,
    AsyncClient,
    AsyncClientConfig,
    Event,
    LoginResponse,
    MegolmEvent,
    UploadResponse,
)
from nio.crypto.attachments import decrypt_attachment
from nio.crypto.sas import Sas

ROUNDS = 60


class StandardSas(Sas):
    """Verification as the specification has it.

    COMPAT(matrix-nio 0.26): it writes the commitment in hexadecimal, where base64 belongs, and
    takes the numbers of the emoji for the bytes they are cut from; so it agrees only with itself.
    """

    def _check_commitment(self, key: str) -> bool:
        content = Api.to_canonical_json(self.start_verification().content)
        digest = hashlib.sha256(key.encode() + content.encode()).digest()
        return self.commitment == base64.b64encode(digest).decode().rstrip("=")

    def _generate_emoji(self, extra_info: str) -> list[tuple[str, str]]:
        numbers = self.established_sas.bytes(extra_info).emoji_indices
        return [self.emoji[number] for number in numbers]


nio.crypto.olm_machine.Sas = StandardSas


class Nio:
    """A person, and what their syncs have shown."""

    def __init__(self, url: str, user: str, store: str) -> None:
        config = AsyncClientConfig(encryption_enabled=True, max_timeouts=3)
        self.client = AsyncClient(url, user, store_path=store, config=config)
        self.events: dict[str, Any] = {}
        self.client.add_event_callback(self._keep, (Event,))

    def _keep(self, _room: Any, event: Any) -> None:
        self.events[event.event_id] = event

    async def sync_once(self) -> None:
        client = self.client
        await client.sync(timeout=250)
        if client.should_upload_keys:
            await client.keys_upload()
        if client.should_query_keys:
            await client.keys_query()
        if client.should_claim_keys:
            await client.keys_claim(client.get_users_for_key_claiming())
        await client.send_to_device_messages()

    async def until(self, holds: Callable[[], Any]) -> Any:
        for _ in range(ROUNDS):
            if found := holds():
                return found
            await self.sync_once()
        raise AssertionError("what was waited for did not come")

    async def login(self, password: str) -> Any:
        answer = await self.client.login(password, "nio")
        assert isinstance(answer, LoginResponse), answer
        await self.sync_once()
        return {"device_id": answer.device_id}

    async def sync(self) -> Any:
        await self.sync_once()
        return {}

    async def join(self, room: str) -> Any:
        await self.client.join(room)
        await self.until(lambda: room in self.client.rooms and self.client.rooms[room].encrypted)
        return {}

    async def send(self, room: str, body: str) -> Any:
        content = {"msgtype": "m.text", "body": body}
        return {"id": await self._send(room, content)}

    async def _send(self, room: str, content: dict[str, Any]) -> str:
        answer = await self.client.room_send(
            room, "m.room.message", content, ignore_unverified_devices=True
        )
        return str(answer.event_id)

    async def read(self, id: str) -> Any:
        event = await self.until(lambda: self.events.get(id))
        return {"body": getattr(event, "body", None), "decrypted": event.decrypted}

    async def send_file(self, room: str, text: str) -> Any:
        data = text.encode()
        answer, keys = await self.client.upload(
            lambda *_: io.BytesIO(data), encrypt=True, filesize=len(data)
        )
        assert isinstance(answer, UploadResponse), answer
        file = {**(keys or {}), "url": answer.content_uri}
        return {"id": await self._send(room, {"msgtype": "m.file", "body": "file", "file": file})}

    async def read_file(self, id: str) -> Any:
        event = await self.until(lambda: self.events.get(id))
        loaded = await self.client.download(event.url)
        plain = decrypt_attachment(loaded.body, event.key["k"], event.hashes["sha256"], event.iv)
        return {"text": plain.decode()}

    async def import_keys(self, file: str, passphrase: str) -> Any:
        await self.client.import_keys(file, passphrase)
        return {}

    async def export_keys(self, file: str, passphrase: str) -> Any:
        await self.client.export_keys(file, passphrase, 1000)
        return {}

    async def decrypt(self, room: str, raw: dict[str, Any]) -> Any:
        event = MegolmEvent.from_dict({**raw, "room_id": room})
        return {"body": self.client.decrypt_event(event).body}

    async def start_sas(self, user: str, device: str) -> Any:
        store = self.client.device_store
        await self.until(lambda: store[user].get(device))
        await self.client.start_key_verification(store[user][device])
        (number,) = self.client.key_verifications
        return {"id": number}

    async def emoji(self, id: str) -> Any:
        sas = self.client.key_verifications[id]
        await self.until(lambda: sas.established_sas)
        return {"emoji": [symbol for symbol, _ in sas.get_emoji()]}

    async def cancelled(self, id: str) -> Any:
        sas = self.client.key_verifications[id]
        await self.until(lambda: sas.canceled)
        return {}


async def main() -> None:
    url, user, store = sys.argv[1:]
    person = Nio(url, user, store)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        ask = json.loads(line)
        try:
            answer = await getattr(person, ask.pop("verb"))(**ask)
        except Exception as error:  # noqa: BLE001 (told to the test)
            answer = {"error": f"{error!r} in {line}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    await person.client.close()


asyncio.run(main())
