"""A believable shop: its history, its wire, its broker."""
