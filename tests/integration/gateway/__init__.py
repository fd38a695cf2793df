"""The real gateway behind its real server, with Postgres and NATS."""
