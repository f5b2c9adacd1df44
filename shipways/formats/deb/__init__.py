"""The two Debian packages: the native one and the self-contained one."""
