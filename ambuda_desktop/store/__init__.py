"""The store: one SQLite file that is queue, ledger and history in one, and the only meeting place of
window, command line, workers and daemon.

Each module is one side's view of it: `submit` (whoever wants work done), `dispatch` (the daemon),
`running` (a worker with a task in hand), `query` (whoever looks), `facts` (what the daemon knows, and
what others wish of it). `schema` has the tables; `connection` opens the file.
"""
