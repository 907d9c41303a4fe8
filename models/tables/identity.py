"""What a database is called, wherever it lies and however it is reached."""

from sqlmodel import Field, SQLModel


class DatabaseIdentity(SQLModel, table=True):
    """One row with a random name, drawn when the tables were made. It says nothing of address, user or password."""

    __tablename__ = "database_identity"

    id: str = Field(primary_key=True)
