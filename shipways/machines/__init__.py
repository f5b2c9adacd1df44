"""Clean machines: where their base images come from, and how steps run in them."""
