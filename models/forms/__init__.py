"""The form catalogue: tables 公开01–10, performance forms, supplement; YAML data and its loader."""

from models.forms.loader import FormCatalogue, load_form, load_forms
from models.forms.schema import Column, Form, Kind, Panel, Row

__all__ = ["Column", "Form", "FormCatalogue", "Kind", "Panel", "Row", "load_form", "load_forms"]
