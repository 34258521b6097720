"""The whole system under load: `python -m benchmarks.load`."""
