"""Lets the floor below keep what our own reader fails on, without loading the settings until something does."""

import logging


class _Kept(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        from flows.faults import keep

        keep(record.getMessage())


def keep_reading_faults() -> None:
    """Write the faults of our own reader into ``错误记录.txt``; calling it again changes nothing."""
    logger = logging.getLogger("juesuan.faults")
    if not logger.handlers:
        logger.addHandler(_Kept())
        logger.propagate = False
