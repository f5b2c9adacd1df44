"""Speed and size against the tools alone; `nox -s bench` prints ratios measured in one run."""
