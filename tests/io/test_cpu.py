"""`io.cpu`: work in other processes, and what becomes of them."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from depesha.io.cpu import Cpu, CpuError
from tests.io import chores


@pytest.fixture
async def cpu() -> AsyncIterator[Cpu]:
    cpu = Cpu()
    yield cpu
    await cpu.close()


async def test_work_is_done_elsewhere_by_one_and_the_same(cpu: Cpu):
    assert await asyncio.gather(*(cpu.run(chores.add, 1, n) for n in range(3))) == [1, 2, 3]
    workers = {await cpu.run(chores.process_id) for _ in range(3)}
    assert len(workers) == 1
    assert os.getpid() not in workers


async def test_much_can_be_passed(cpu: Cpu):
    assert await cpu.run(chores.size, b"x" * 5_000_000) == 5_000_000


async def test_an_error_comes_back_and_spares_the_worker(cpu: Cpu):
    worker = await cpu.run(chores.process_id)
    with pytest.raises(ValueError, match="no good"):
        await cpu.run(chores.refuse, "no good")
    with pytest.raises(RuntimeError, match="Awkward"):
        await cpu.run(chores.refuse_awkwardly)
    with pytest.raises(Exception, match="pickle"):
        await cpu.run(chores.unpicklable)
    with pytest.raises(MemoryError):
        await cpu.run(chores.grow)
    assert repr(await cpu.run(chores.an_error)) == repr(KeyError("not raised"))
    assert await cpu.run(chores.process_id) == worker


async def test_whoever_dies_is_replaced(cpu: Cpu):
    worker = await cpu.run(chores.process_id)
    with pytest.raises(CpuError, match="down"):
        await cpu.run(chores.die)
    assert await cpu.run(chores.process_id) != worker


async def test_whoever_takes_too_long_is_replaced(cpu: Cpu, tmp_path: Path):
    with pytest.raises(CpuError, match="took longer"):
        await cpu.run(chores.run_for_ever, str(tmp_path / "pid"), seconds=0.2)
    assert await cpu.run(chores.add, 1, 2) == 3


async def test_work_that_nobody_waits_for_is_ended(cpu: Cpu, tmp_path: Path):
    report = tmp_path / "pid"
    work = asyncio.ensure_future(cpu.run(chores.run_for_ever, str(report)))
    while not (report.exists() and report.read_text()):
        await asyncio.sleep(0)
    work.cancel()
    await asyncio.wait([work])
    assert work.cancelled()
    with pytest.raises(ProcessLookupError):
        os.kill(int(report.read_text()), 0)
    assert await cpu.run(chores.add, 1, 2) == 3


async def test_closing_ends_who_is_at_work(tmp_path: Path):
    cpu = Cpu(workers=2)
    reports = [tmp_path / "1", tmp_path / "2"]
    work = [asyncio.ensure_future(cpu.run(chores.run_for_ever, str(path))) for path in reports]
    waiting = asyncio.ensure_future(cpu.run(chores.add, 1, 2))
    while not all(path.exists() and path.read_text() for path in reports):
        await asyncio.sleep(0)
    await cpu.close()
    outcomes = await asyncio.gather(*work, waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [CpuError] * 3
