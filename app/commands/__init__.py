"""The commands, by what they do. Heavy imports stand inside each command, so that --help answers at once."""
