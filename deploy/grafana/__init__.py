"""Dashboards as code: `python -m deploy.generate` writes their JSON."""
