"""Opening the institution that an installation serves."""

from pathlib import Path

from depesha.base.clock import Clock
from depesha.base.config import Config, ConfigError
from depesha.eventlog.institution import Institution
from depesha.events.sign import Signer, decode_base64, encode_base64
from depesha.io.db import Db, Tx
from depesha.io.keyfile import read_or_make
from depesha.tenants import store

_FIRST = 1


async def open_institution(db: Db, config: Config, clock: Clock) -> Institution:
    """The institution of this installation, made at the first start; the database is migrated.

    Raises ConfigError when the server name is another than at the first start, or when the
    signing key cannot be read.
    """
    row = await db.write(_find_or_add, config.server_name, clock.now_ms())
    if row.server_name != config.server_name:
        raise ConfigError(
            f"server_name: this database belongs to {row.server_name}, not {config.server_name}"
        )
    return Institution(row.institution_id, row.server_name, load_signer(config, clock))


async def _find_or_add(tx: Tx, server_name: str, now_ms: int) -> store.InstitutionRow:
    row = await store.select_institution(tx)
    if row is None:
        await store.insert_institution(tx, _FIRST, server_name, now_ms)
        row = await store.select_institution(tx)
    assert row is not None
    return row


def load_signer(config: Config, clock: Clock) -> Signer:
    """The signing key in `signing.key` of the data folder, made when there is none.

    The file holds one line: `ed25519`, the key's version and its seed in unpadded Base64.
    """
    path = Path(config.data) / "signing.key"
    seed = encode_base64(clock.random_bytes(32))
    try:
        line = read_or_make(path, f"ed25519 {clock.new_id(6)} {seed}\n")
        algorithm, version, seed = line.split()
        if algorithm != "ed25519":
            raise ConfigError(f"{path}: {algorithm} is not ed25519")
        return Signer(config.server_name, f"ed25519:{version}", decode_base64(seed))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: the signing key cannot be read: {error}") from error
