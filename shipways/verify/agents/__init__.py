"""Programs that run on a machine under test; the standard library is all they have."""
