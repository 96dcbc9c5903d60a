"""What stands between the shop's services: how they find, call and spare each other, and who watches them.

Read `calls.py` first, the one door for calls; then `registry.py` and `discovery.py`, `breaker.py` and `bulkhead.py`,
and `gateway.py`, through which customers come in. What happens here is told as events of the topic `platform`.
"""
