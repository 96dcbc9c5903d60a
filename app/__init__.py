"""The dashboard (reads only) and the `chronoscope` command."""
