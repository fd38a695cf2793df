"""The ground every Wellspring service stands on: events, bus, outbox, fetcher, runtime."""
