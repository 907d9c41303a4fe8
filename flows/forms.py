"""Gives the parameters of a flow the titles, descriptions and limits that operators see in the UI's forms."""

from typing import Any

from prefect import Flow
from pydantic import BaseModel


def with_titles(flow: Flow[..., Any], model: type[BaseModel], **more: tuple[str, str]) -> None:
    """Write titles and limits of ``model``'s fields into the schema of a flow's parameters of the same names.

    Prefect names fields after the arguments; deployments copy the schema from the flow, so it is mended here once.

    Args:
        flow: Flow whose parameter schema is changed.
        model: Where titles, descriptions and limits are declared.
        more: Title and description of parameters that the model does not have.
    """
    declared = model.model_json_schema()["properties"]
    for name, schema in flow.parameters.properties.items():
        if name in more:
            schema["title"], schema["description"] = more[name]
        elif name in declared:
            schema.update({k: v for k, v in declared[name].items() if k not in ("default", "type", "items")})
