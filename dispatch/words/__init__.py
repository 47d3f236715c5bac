"""Everything that is said to users, by key, in Chinese and English; no data."""
