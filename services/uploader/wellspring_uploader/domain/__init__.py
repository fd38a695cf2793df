"""What the uploader decides, without a clock, a socket or a disk of its own."""
