"""What documents have in common."""

from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..etags import etag_of


class Taken(BaseModel):
    """A document that somebody sends: what it does not know it refuses."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Edit(Taken):
    """Changes of a document: what is left out stays, and null empties what may be empty."""

    NEVER_EMPTY: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("names nothing to change")
        for name in sorted(self.NEVER_EMPTY & self.model_fields_set):
            if getattr(self, name) is None:
                raise ValueError(f"{name} can't be emptied")
        return self


class Given(BaseModel):
    """A document that the API answers with."""

    model_config = ConfigDict(
        extra="ignore", from_attributes=True, json_schema_serialization_defaults_required=True
    )


class Tagged(Given):
    """A document that can be edited. Its tag changes with what an edit may change, and with nothing else."""

    EDITABLE: ClassVar[frozenset[str]] = frozenset()

    @property
    def etag(self) -> str:
        """Return the version."""
        return etag_of(self.model_dump(mode="json", include=set(self.EDITABLE)))


class FieldProblem(Given):
    """What is wrong with one field."""

    model_config = ConfigDict(extra="ignore", json_schema_serialization_defaults_required=False)

    field: str = Field(examples=["year"])
    detail: str = Field(examples=["Input should be a valid integer"])
    code: str | None = None


class ProblemDocument(Given):
    """A refusal by RFC 9457. `code` is stable, `detail` is for people, and some have further members."""

    model_config = ConfigDict(extra="allow", json_schema_serialization_defaults_required=False)

    type: str = Field(examples=["urn:wellspring:problem:unknown_title"])
    title: str = Field(examples=["Unknown title"])
    status: int = Field(examples=[404])
    code: str = Field(examples=["unknown_title"])
    detail: str = Field(examples=["There is no title 7."])
    errors: list[FieldProblem] | None = None
    retry_after: float | None = None
    retry_at: str | None = None
