"""The spine's HTTP: the endpoint table, the ASGI application, who is asking, and limits."""
