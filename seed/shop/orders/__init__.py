"""Orders: event-sourced on the event store, commands and questions apart (CQRS)."""
