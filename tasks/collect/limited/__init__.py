"""Reads submitted files in limited child processes: a file that kills, fills or outlasts its child costs only itself."""
