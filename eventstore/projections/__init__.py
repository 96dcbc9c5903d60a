"""Read models, one file each. Nobody imports them: settings name them, exactly as they name a user's module."""
