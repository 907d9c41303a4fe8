"""Loads the form catalogue of a form set and refuses a malformed one."""

from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from models.definitions import content_hash, read_yaml, validate
from models.errors import CatalogueError
from models.forms.schema import Form

FORMS_ROOT = Path(__file__).parent


_UNPRINTED = frozenset({"synonyms", "private", "signs", "published", "landscape", "basis", "nothing"})
"""What no workbook shows."""


def _printed(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _printed(value) for key, value in part.items() if key not in _UNPRINTED}
    return [_printed(one) for one in part] if isinstance(part, list) else part


class FormCatalogue(dict[str, Form]):
    """Forms by code, in the order of the set; :attr:`hash` names its exact content."""

    def __init__(self, forms: dict[str, Form]) -> None:
        super().__init__(forms)
        self.hash = content_hash([form.model_dump(mode="json") for form in forms.values()])

    @cached_property
    def version(self) -> str:
        """Names what a workbook prints of the forms, and stands on it: a new synonym makes no workbook outdated."""
        return content_hash([_printed(form.model_dump(mode="json")) for form in self.values()])[:12]

    @property
    def published(self) -> list[Form]:
        """Forms of the public set, in order."""
        return [form for form in self.values() if form.published]


def load_form(file: Path) -> Form:
    """Read one form.

    Raises:
        CatalogueError: With file, line and reason.
    """
    data, lines = read_yaml(file)
    return validate(Form, data, file, lines)


@lru_cache
def load_forms(form_set: str, root: Path = FORMS_ROOT) -> FormCatalogue:
    """Load every form of a set, in order of file names.

    Args:
        form_set: Folder of the set, for example ``national_2022``.
        root: Where sets lie.

    Raises:
        CatalogueError: A form is malformed, two share a code or a name, or the set has no forms.
    """
    forms: dict[str, Form] = {}
    names: dict[str, Path] = {}
    for file in sorted((root / form_set).glob("*.yaml")):
        form = load_form(file)
        if form.code in forms:
            raise CatalogueError(file, 1, f"表“{form.code}”已在另一文件中声明")
        for name in (form.name, *form.synonyms):
            if name in names:
                raise CatalogueError(file, 1, f"表名“{name}”与 {names[name].name} 重复，无法凭表名识别")
            names[name] = file
        forms[form.code] = form
    if not forms:
        raise CatalogueError(root / form_set, 0, "没有任何表单定义")
    return FormCatalogue(forms)
