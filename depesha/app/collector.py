"""How Python's collector of cycles runs while serving: docs/decisions/0017-collector.md."""

import asyncio
import gc

YOUNG = 20_000
"""How many containers more there are when the collector looks: ten milliseconds of work."""

WHOLE = 100
"""After how many such looks it looks at everything, which takes some tenths of a second."""


class Collector:
    """Looks at what is young alone; what outlives a look is put aside until the next whole one."""

    def __init__(self, young: int = YOUNG, whole: int = WHOLE) -> None:
        self._young, self._whole = young, whole
        self._looks = 0
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """To be called on the loop once all is there that stays."""
        self._loop = asyncio.get_running_loop()
        self._look_at_all()
        gc.set_threshold(self._young, self._whole, self._whole)
        gc.callbacks.append(self._looked)

    # Garbage in cycles is rare here: what is put aside mostly goes by its count of references.
    def _looked(self, phase: str, _info: dict[str, int]) -> None:
        if phase != "stop" or self._loop is None:
            return
        gc.freeze()
        self._looks += 1
        if self._looks == self._whole:
            self._looks = 0
            self._loop.call_soon_threadsafe(self._look_at_all)

    def _look_at_all(self) -> None:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
