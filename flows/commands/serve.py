"""``juesuan serve``: Prefect server with its UI, the deployments and the review site on this machine."""

import argparse

from flows.serving import serve


def run(arguments: argparse.Namespace) -> int:
    """Run until told to stop; 0 then, and when it runs already; 2 when a part of it fails."""
    return serve()
