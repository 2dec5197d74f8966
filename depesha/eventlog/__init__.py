"""The spine's log: the only writer of room events, the state of rooms, and what changed when."""
