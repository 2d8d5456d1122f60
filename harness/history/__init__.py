"""What came of earlier runs, kept in a database: trends, flips, and runs beside one another.

No text of a user or a bot is kept. Modules are imported one by one: only `store` and `tables`
need SQLAlchemy, whose import takes 200 ms.
"""
