"""One room per step of the cycle: thin Prefect tasks over plain functions."""
