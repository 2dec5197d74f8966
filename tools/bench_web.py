"""`python -m tools.bench_web`: the built client with 500 chats, in Chromium, beside its budgets.

Main-thread times are of the thread's own clock, so that a busy machine does not change them much;
what a person waits for is told by the clock on the wall. Traces, which Chromium's developer tools
open, and the figures stay in `build/bench-web/`.
"""

import asyncio
import itertools
import json
import re
import shutil
import statistics
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import aiohttp
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from depesha.app import serve, site
from depesha.base.clock import Clock
from depesha.base.config import Config

BUILD = Path(__file__).parents[1] / "build" / "bench-web"
CHATS, MESSAGES, LONG = 500, 4, 10_000
PASSWORD = "bench-web-password"
FRAME_MS = 1000 / 60
PORT = 9333
CATEGORIES = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"]


@dataclass(frozen=True, slots=True)
class Figure:
    """Something measured, beside the most that it may be."""

    what: str
    value: float
    unit: str
    budget: float | None
    note: str = ""

    @property
    def is_kept(self) -> bool:
        return self.budget is None or self.value <= self.budget


def main() -> int:
    """0 when every budget is kept, else 1."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None or not (site.DIST / "index.html").exists():
        print("Needs Chromium (apt-get install chromium) and the built client (make setup)")
        return 1
    shutil.rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir(parents=True)
    figures = asyncio.run(_measure(chromium))
    (BUILD / "figures.json").write_text(json.dumps([asdict(each) for each in figures], indent=1))
    for each in figures:
        budget = "" if each.budget is None else f"of {each.budget:g}"
        mark = "" if each.is_kept else "OVER"
        print(f"{each.what:<58}{each.value:>9.1f} {each.unit:<7}{budget:<10}{mark:<5}{each.note}")
    print(f"Traces: {BUILD}")
    return 0 if all(each.is_kept for each in figures) else 1


async def _measure(chromium: str) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="depesha-bench-web-") as folder:
        config = Config(
            server_name="bench.test",
            data=folder,
            listen="127.0.0.1:0",
            open_registration=True,
            rate_limits=False,
            signin_alerts=False,
            log_level="error",
        )
        async with serve.running(config, Clock()) as running, async_playwright() as playwright:
            print(f"Seeding {CHATS} chats and one of {LONG} messages …", flush=True)
            await _seed(running.base_url)
            flags = [
                "--no-sandbox",
                "--disable-background-networking",
                f"--remote-debugging-port={PORT}",
            ]
            browser = await playwright.chromium.launch(executable_path=chromium, args=flags)
            context = await browser.new_context(
                base_url=running.base_url, locale="en", viewport={"width": 1280, "height": 800}
            )
            try:
                return await _figures(browser, context)
            finally:
                await browser.close()


# --- what is looked at ---------------------------------------------------------------


async def _seed(url: str) -> None:
    """Anna's 500 chats of some messages each, one of which is long."""
    limit = asyncio.Semaphore(12)
    async with aiohttp.ClientSession() as session:

        async def ask(method: str, path: str, body: Any) -> Any:
            async with (
                limit,
                session.request(method, f"{url}/_matrix/client/v3{path}", json=body) as r,
            ):
                answer = await r.json()
                if r.status != 200 and "session" not in answer:
                    raise RuntimeError(f"{path}: {answer}")
                return answer

        account = {"username": "anna", "password": PASSWORD}
        asked = await ask("POST", "/register", account)
        auth = {"type": "m.login.dummy", "session": asked["session"]}
        token = (await ask("POST", "/register", {**account, "auth": auth}))["access_token"]
        session.headers["Authorization"] = f"Bearer {token}"

        async def fill(number: int, messages: int) -> None:
            room = (await ask("POST", "/createRoom", {"name": f"Chat {number:03}"}))["room_id"]
            for n in range(messages):
                text = (
                    f"Message {n} of chat {number}: the order is signed, copies go to the registry"
                )
                content = {"msgtype": "m.text", "body": text}
                await ask("PUT", f"/rooms/{room}/send/m.room.message/{number}-{n}", content)

        await asyncio.gather(*(fill(number, MESSAGES) for number in range(CHATS - 1)))
        await fill(CHATS - 1, LONG)


LIST = """() => {
    const nav = document.querySelector("nav[aria-label=Chats]");
    return Math.max(0, ...[...nav?.querySelectorAll("*") ?? []].map((each) => each.scrollHeight));
}"""
LINE = "nav[aria-label=Chats] .chat-line"


async def _wait_for_chats(page: Page) -> None:
    """Until the list holds all chats."""
    await page.locator(LINE).first.wait_for()
    line = await page.locator(LINE).first.evaluate("(line) => line.offsetHeight")
    while await page.evaluate(LIST) < line * CHATS * 0.95:
        await asyncio.sleep(0.5)


async def _figures(browser: Browser, context: BrowserContext) -> list[Figure]:
    page = await context.new_page()
    await page.goto("/")
    await page.get_by_label("User name").fill("anna")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.locator(LINE).first.wait_for()
    scripts = await page.evaluate(
        "() => performance.getEntriesByType('resource').map((e) => new URL(e.name).pathname)"
    )
    figures = [_weigh(scripts)]
    await _wait_for_chats(page)
    await page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    await asyncio.sleep(10)  # until what follows a first sign-in is done: keys, backup
    figures += await _start_warm(browser, context)
    await page.close()
    page = context.pages[-1]
    figures += await _open_chats(browser, page)
    figures += await _write_and_scroll(browser, page)
    figures += await _weigh_memory(page)
    return figures


# --- bytes ---------------------------------------------------------------------------


def _weigh(loaded: Iterable[str]) -> Figure:
    """Compressed script of the page and its worker until chats are shown, but cryptography."""
    assets = site.DIST / "assets"
    entries = {path.name for path in assets.glob("worker-*.js")}
    entries |= {Path(path).name for path in loaded if path.endswith(".js")}
    todo, known = list(entries), set[str]()
    while todo:
        name = todo.pop()
        if name in known or "crypto-wasm" in name or not (assets / name).exists():
            continue
        known.add(name)
        text = (assets / name).read_text("utf-8")
        todo += re.findall(r"""(?:from|import)\s*["']\./([\w.-]+\.js)["']""", text)
    size = sum((assets / f"{name}.br").stat().st_size for name in known)
    return Figure("script before cryptography, compressed", size / 1000, "kB", 250)


async def _weigh_memory(page: Page) -> list[Figure]:
    """What the page and the engine hold, after a collection."""
    found = dict[str, float]()
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{PORT}/json/list") as answer:
            targets = await answer.json(content_type=None)
        for target in targets:
            if (
                target["type"] not in {"page", "shared_worker"}
                or page.url[:16] not in target["url"]
            ):
                continue
            async with session.ws_connect(target["webSocketDebuggerUrl"]) as socket:
                found[target["type"]] = await _heap(socket)
    note = ", ".join(f"{kind} {size:.0f}" for kind, size in found.items())
    return [Figure(f"memory with {CHATS} chats", sum(found.values()), "MB", 120, note)]


async def _heap(socket: aiohttp.ClientWebSocketResponse) -> float:
    """Megabytes of one target, after a collection: scripts, documents, buffers, WebAssembly."""
    await socket.send_json({"id": 1, "method": "HeapProfiler.collectGarbage"})
    await socket.send_json({"id": 2, "method": "Runtime.getHeapUsage"})
    while (told := await socket.receive_json()).get("id") != 2:
        pass
    names = ("usedSize", "embedderHeapUsedSize", "backingStorageSize")
    return float(sum(told["result"].get(name, 0) for name in names)) / 1e6


# --- times ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trace:
    """The main thread of the page: its tasks, as start and own milliseconds, and its frames."""

    tasks: tuple[tuple[float, float], ...]
    frames: tuple[float, ...]

    @property
    def busy(self) -> float:
        return sum(own for _, own in self.tasks)

    def heavy_frames(self) -> int:
        """Frames in which the thread worked for longer than a frame lasts."""
        tasks, count = iter(self.tasks), 0
        task = next(tasks, None)
        for begin, end in itertools.pairwise(self.frames):
            work = 0.0
            while task is not None and task[0] < end:
                work += task[1] if task[0] >= begin else 0
                task = next(tasks, None)
            count += work > FRAME_MS
        return count


async def _traced(
    browser: Browser, page: Page, name: str, act: Callable[[], Awaitable[Any]]
) -> Trace:
    path = BUILD / f"{name}.trace.json"
    await browser.start_tracing(page=page, path=path, categories=CATEGORIES)
    await act()
    await browser.stop_tracing()
    return _read_trace(json.loads(path.read_text("utf-8"))["traceEvents"])


def _read_trace(events: list[dict[str, Any]]) -> Trace:
    """The busiest main thread of a trace, whose times are in microseconds."""
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks: dict[tuple[int, int], list[tuple[float, float]]] = {main: [] for main in mains}
    frames: dict[tuple[int, int], list[float]] = {main: [] for main in mains}
    for event in events:
        thread = event["pid"], event["tid"]
        if thread not in mains:
            continue
        if event["name"] == "ThreadControllerImpl::RunTask":
            tasks[thread].append((event["ts"] / 1000, event.get("tdur", 0) / 1000))
        elif event["name"] == "FireAnimationFrame":
            frames[thread].append(event["ts"] / 1000)
    busiest = max(mains, key=lambda main: sum(own for _, own in tasks[main]))
    return Trace(tuple(sorted(tasks[busiest])), tuple(sorted(frames[busiest])))


async def _start_warm(browser: Browser, context: BrowserContext) -> list[Figure]:
    page = await context.new_page()
    waited: list[float] = []

    async def start() -> None:
        await page.goto("/")
        await page.locator(LINE).nth(5).wait_for()
        waited.append(await page.evaluate("() => performance.now()"))

    trace = await _traced(browser, page, "start", start)
    return [
        Figure(f"start, warm, {CHATS} chats: main thread", trace.busy, "ms", 300),
        Figure("start, warm: until the list is seen", waited[0], "ms", None, "wall"),
    ]


# Frames from the click until a message of the chat is there to be painted.
OPEN = """(name) => {
    const wanted = "of chat " + Number(name.slice(5)) + ":";
    const isThere = (each) => each.textContent.includes(wanted);
    window.opened = new Promise((resolve) => addEventListener("click", async () => {
        const began = performance.now();
        let frames = 0;
        do {
            await new Promise(requestAnimationFrame);
            frames++;
        } while (frames < 600 && ![...document.querySelectorAll("article")].some(isThere));
        resolve([frames, performance.now() - began]);
    }, { capture: true, once: true }));
}"""
NOTCH = 120
"""Pixels of one notch of a wheel, which is turned fast: fifty notches a second."""
PRESS_SECONDS = 0.08
"""How long a person's finger stays on the button, or a little less."""


async def _open_chats(browser: Browser, page: Page) -> list[Figure]:
    await asyncio.sleep(3)  # the view of a chat is loaded ahead
    names = await page.locator(LINE).evaluate_all(
        "(lines) => lines.map((line) => /Chat [0-9]{3}/.exec(line.textContent)?.[0])"
    )
    names = [name for name in names if name and name != f"Chat {CHATS - 1:03}"][:7]
    opened: list[list[float]] = []

    async def act() -> None:
        for name in names:
            await page.evaluate(OPEN, name)
            await page.locator(LINE).filter(has_text=name).hover()
            await page.mouse.down()
            await asyncio.sleep(PRESS_SECONDS)
            await page.mouse.up()
            opened.append(await page.evaluate("() => opened"))
            await asyncio.sleep(0.3)

    trace = await _traced(browser, page, "open", act)
    frames, waits = zip(*opened[1:], strict=True)
    note = f"of {len(frames)} chats; worst {max(frames):.0f}"
    return [
        Figure("opening a chat from the archive", statistics.median(frames), "frames", 2, note),
        Figure("opening a chat: until it is there", statistics.median(waits), "ms", None, "wall"),
        Figure("opening a chat: main thread", trace.busy / len(names), "ms", None, "each"),
    ]


# Keeps frames coming, and counts those that came late.
WATCH = """() => {
    window.late = 0; window.seen = 0; window.watching = true;
    let last = performance.now();
    const next = (now) => {
        seen++;
        late += Math.max(0, Math.round((now - last) / (1000 / 60)) - 1);
        last = now;
        if (watching) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
}"""
WATCHED = "() => { watching = false; return [late, seen]; }"


async def _watched(
    browser: Browser, page: Page, name: str, act: Callable[[], Awaitable[Any]]
) -> tuple[int, str]:
    """Frames too full of work, and what came late by the clock on the wall, in words."""
    counted: list[tuple[int, int]] = []

    async def watched() -> None:
        await page.evaluate(WATCH)
        await act()
        counted.append(await page.evaluate(WATCHED))

    trace = await _traced(browser, page, name, watched)
    late, seen = counted[0]
    return trace.heavy_frames(), f"of {seen}; late by the wall {late}"


async def _write_and_scroll(browser: Browser, page: Page) -> list[Figure]:
    await page.locator(LINE).filter(has_text=f"Chat {CHATS - 1:03}").first.click()
    field = page.get_by_role("textbox", name="Message")
    await field.wait_for()

    async def wheel(x: int, step: int) -> None:
        await page.mouse.move(x, 400)
        for _ in range(150):
            await page.mouse.wheel(0, step)
            await asyncio.sleep(0.02)

    async def write() -> None:
        await field.press_sequentially("The order is signed, the copies go to you. " * 3, delay=30)

    acts: Mapping[str, tuple[str, Callable[[], Awaitable[Any]]]] = {
        "scroll-chat": (f"scrolling a chat of {LONG} messages", lambda: wheel(800, -NOTCH)),
        "scroll-list": (f"scrolling the list of {CHATS} chats", lambda: wheel(150, NOTCH)),
        "write": (f"writing in a chat of {LONG} messages", write),
    }
    figures = list[Figure]()
    for name, (what, act) in acts.items():
        heavy, note = await _watched(browser, page, name, act)
        figures.append(Figure(f"{what}: over 16.7 ms", heavy, "frames", 0, note))
    return figures


if __name__ == "__main__":
    sys.exit(main())
