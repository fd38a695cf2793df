"""Rules of Prometheus, and what is generated for them."""
