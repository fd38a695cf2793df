"""What nats-server says of its streams and consumers."""

from ..metering import read

_CONSUMER = ("stream_name", "consumer_name", "is_consumer_leader")
NATS_UP = read(
    "health", "wellspring_nats_monitor_up", "gauge", "Whether nats-server's monitoring answered last."
)
NATS_STREAM_MESSAGES = read(
    "health", "nats_stream_total_messages", "gauge", "Messages that a stream holds.", "stream_name"
)
NATS_STREAM_BYTES = read(
    "health", "nats_stream_total_bytes", "gauge", "Bytes that a stream holds.", "stream_name"
)
NATS_STREAM_LIMIT = read(
    "health",
    "nats_stream_limit_bytes",
    "gauge",
    "Bytes it may hold, -1 without a limit.",
    "stream_name",
)
NATS_PENDING = read(
    "health", "nats_consumer_num_pending", "gauge", "Messages that a consumer has not been given.", *_CONSUMER
)
NATS_ACK_PENDING = read(
    "health", "nats_consumer_num_ack_pending", "gauge", "Messages given and not acknowledged.", *_CONSUMER
)
NATS_REDELIVERED = read(
    "health",
    "nats_consumer_num_redelivered",
    "gauge",
    "Messages given again and not acknowledged yet.",
    *_CONSUMER,
)
NATS_WAITING = read(
    "health", "nats_consumer_num_waiting", "gauge", "Requests for messages that wait.", *_CONSUMER
)
