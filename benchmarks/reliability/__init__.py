"""Counts of harm under faults, each beside a control that must come to harm: `python -m benchmarks.reliability`."""
