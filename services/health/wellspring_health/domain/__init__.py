"""What a probe says about a link: decisions without I/O."""
