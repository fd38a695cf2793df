"""How Wellspring is deployed and watched."""
