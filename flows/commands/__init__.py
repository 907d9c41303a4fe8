"""One module per command of ``juesuan``; each has ``run(arguments) -> exit code``."""
