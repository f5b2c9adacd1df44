"""What is said about ways to deliver, measured: each claim with its figures and a verdict."""
