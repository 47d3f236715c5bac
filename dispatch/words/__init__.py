"""
Every text for users, by key, in Chinese and English; no data, no layout.

A new text is a key in the table of its subject (``pages.toml``, ``paper.toml``, ...),
with both languages and the same blanks. `Message` carries a key and its figures to
where the language is known; `Words` looks words up there.
"""
