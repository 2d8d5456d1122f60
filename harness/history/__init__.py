"""The results of earlier runs, in a database: trends, flips, and runs next to one another.

No text of a user or a bot is kept. Modules are imported one by one: only `store` and `tables`
need SQLAlchemy, whose import takes 200 ms.
"""
