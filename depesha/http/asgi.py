"""The types of the ASGI interface that uvicorn calls."""

from collections.abc import Awaitable, Callable

from depesha.base.canonical import Content

Receive = Callable[[], Awaitable[Content]]
Send = Callable[[Content], Awaitable[None]]
