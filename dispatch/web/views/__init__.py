"""One module per view; each arranges what other modules compute."""
