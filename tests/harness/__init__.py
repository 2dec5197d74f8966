"""What tests stand on: the server in this process, its clients, databases, the given clock."""
