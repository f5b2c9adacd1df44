"""Charts: bars, points and stacks as SVG."""
