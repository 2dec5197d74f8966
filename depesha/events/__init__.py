"""Floor 1: the Matrix protocol as pure functions. No I/O, no clock, nothing asynchronous.

`event` builds and parses events, `versions` lists what each room version changes, `redact` and
`sign` hold the two transformations that an event's identity rests on, `auth` says whether an
event is allowed, `resolve` merges forked state, `visible` says who may see an event.

Spec: room versions 3 to 12; server-server API, "PDUs" and "Signing Events"; appendices,
"Signing JSON".
"""
