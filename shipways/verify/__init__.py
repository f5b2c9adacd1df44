"""Install, use, restart, upgrade, remove, purge: the same story for every format."""
