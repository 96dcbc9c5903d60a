"""Proof by figures: `python -m benchmarks` measures speed, `python -m benchmarks.reliability` counts harm."""
