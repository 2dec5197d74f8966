"""The server as it was days ago: `python tests/harness/earlier.py DAYS HOST:PORT FOLDER`.

For tests of clients, whose own time is the real one: what is said here is old afterwards.
"""

import sys

import uvloop

from depesha.app.serve import serve
from depesha.base.clock import Clock
from depesha.base.config import load_config
from depesha.io.observe import start_logging

_DAY_MS = 24 * 3_600_000


class Earlier(Clock):
    """The real clock, put back."""

    def __init__(self, days: int) -> None:
        self._ms = days * _DAY_MS

    def now_ms(self) -> int:
        return super().now_ms() - self._ms


if __name__ == "__main__":
    days, listen, data = sys.argv[1:]
    given = {"listen": listen, "data": data, "server_name": "web.test"}
    config = load_config(overrides=given)
    start_logging(config.log_level, sys.stderr, config.log_format)
    uvloop.run(serve(config, Earlier(int(days))))
