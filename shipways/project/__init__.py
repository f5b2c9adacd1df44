"""What is shipped: the project, its lock and its source tree."""
