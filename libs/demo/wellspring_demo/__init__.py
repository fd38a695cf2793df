"""A small outside world on loopback: source pages, media servers, clocks and faults."""
