"""The stack: database, app and proxy."""
