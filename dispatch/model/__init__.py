"""The domain: scenario, roads, needs, plans and outcomes as data that guards itself.

No file is read here, nothing is planned, and no sentence is written for users.
"""
