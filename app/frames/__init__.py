"""Answers -> what the page shows: tables, facts, cards. Pure; one module for each kind of thing."""
