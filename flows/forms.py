"""Parameters of flows as operators see them in the UI's forms: Chinese titles, descriptions and limits."""

from typing import Any

from pydantic import BaseModel, Field
from pydantic_core import PydanticUndefined


def shown(model: type[BaseModel], name: str) -> Any:
    """Default of a flow's argument that carries what ``model`` declares of the field of that name.

    Prefect names a form's fields after the arguments; only what stands in the extra schema overrides that, and it does
    so for deployments made by ``serve`` and by ``prefect deploy`` alike.

    Args:
        model: Where default, title, description and limits are declared.
        name: Name of the field and of the argument.
    """
    declared = model.model_json_schema()["properties"][name]
    field = model.model_fields[name]
    default = field.get_default(call_default_factory=True)
    return Field(
        default=... if default is PydanticUndefined else default,
        description=field.description,
        json_schema_extra={k: v for k, v in declared.items() if k not in ("default", "type", "items", "description")},
    )
