"""The living shop: services on a real broker, each with its own database, outbox and inbox.

Read `host.py` (what every service runs in), then `users.py`, the smallest service.
"""
