"""Checking an exported log of acts where there is no server."""

from pathlib import Path

from depesha.audit.chain import Fault, Line, load_line, verify
from depesha.base.canonical import decode
from depesha.base.clock import Clock
from depesha.base.config import Config, ConfigError
from depesha.events.sign import decode_base64
from depesha.tenants import load_signer


def check_export(
    config: Config, file: str, key: str | None, known: str | None
) -> tuple[list[Line], list[Fault]]:
    """The lines of the file, and what is wrong with them.

    `key` is the public key in Base64; without one it is that of the data folder. `known` is
    `NUMBER:HASH`. Raises ConfigError for a file or key that cannot be read.
    """
    try:
        lines = [load_line(decode(text)) for text in Path(file).read_bytes().splitlines()[1:]]
        public = load_signer(config, Clock()).public_key if key is None else decode_base64(key)
        noted = None if known is None else _known(known)
        return lines, list(verify(lines, public, noted))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{file}: {error}") from error


def _known(text: str) -> tuple[int, str]:
    number, _, hash_ = text.partition(":")
    return int(number), hash_
