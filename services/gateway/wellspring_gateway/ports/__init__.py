"""What the gateway needs from the outside."""
