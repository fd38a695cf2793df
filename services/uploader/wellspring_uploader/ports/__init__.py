"""What the uploader needs from the outside."""
