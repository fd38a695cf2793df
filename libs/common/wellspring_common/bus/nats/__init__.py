"""NATS JetStream: the only place that imports nats-py."""
