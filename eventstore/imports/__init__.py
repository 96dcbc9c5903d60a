"""Imports: files of rows (CSV, JSON Lines) become events by a mapping, which is guessed and can be edited."""
