"""The library: an append-only SQL event store fed from Kafka. Outsiders import only from here."""
