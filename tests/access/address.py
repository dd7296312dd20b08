"""What an address promises to each role."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from .side import Side

Roles = frozenset[str]
Answers = Mapping[str, Roles]
Data = Callable[[Side], Mapping[str, Any]]

# -- Roles: the own side's things are what every address below is about -----------------------------

ORDERERS = frozenset({"orderer", "approver"})
APPROVER = frozenset({"approver"})
ANY_APPROVER = APPROVER | {"other approver"}
READERS = ORDERERS | {"viewer", "mixed"}  # `mixed` only views here and orders for the other institution
OTHER_ORDERERS = frozenset({"other orderer", "other approver"})
OTHER_READERS = OTHER_ORDERERS | {"other viewer"}
ANY_ORDERER = ORDERERS | OTHER_ORDERERS | {"mixed"}
ANY_VIEWER = frozenset({"viewer", "other viewer"})
ANY_READER = READERS | OTHER_READERS
PRODUCER = frozenset({"producer"})
ANY_PRODUCER = PRODUCER | {"other producer"}
COURIER = frozenset({"courier"})
ANY_COURIER = COURIER | {"other courier"}
HUB = frozenset({"operator"})
SEATLESS = frozenset({"nobody", "superuser"})
MEMBERS = ANY_READER | ANY_PRODUCER | ANY_COURIER | HUB | SEATLESS
EVERYBODY = MEMBERS | {"visitor"}
NOBODY: Roles = frozenset()


@dataclass(frozen=True)
class Address:
    """One URL name: `kwargs` are paths into a side; `get` and `post` say what is answered to whom.

    An answer is a status, a redirection's status with where it leads, or "login". A POST that is answered
    with a redirection (or 200 or 201 by the API) did what was asked; `changes` says for whom that changes a
    row. A public address doesn't ask who is there.
    """

    name: str
    kwargs: Mapping[str, str] = field(default_factory=dict)
    get: Answers | None = None
    post: Answers | None = None
    data: Data = lambda side: {}
    changes: Roles = EVERYBODY
    is_public: bool = False

    @property
    def is_api(self) -> bool:
        return self.name.startswith("api:")

    def kwargs_of(self, side: Side) -> dict[str, Any]:
        return {name: attrgetter(path)(side) for name, path in self.kwargs.items()}

    def answer(self, method: str, role: str) -> str:
        """What `role` is answered."""
        answers = {"GET": self.get, "POST": self.post}[method]
        for answer, roles in (answers or {}).items():
            if role in roles:
                return answer
        if role == "visitor" and not self.is_public:
            return "401" if self.is_api else "login"
        return "405" if answers is None else "404"

    def does(self, role: str) -> bool:
        """Whether a POST by `role` does what is asked."""
        return self.answer("POST", role).startswith(("200", "201") if self.is_api else "302")

    @property
    def doers(self) -> list[str]:
        return [role for role in sorted(EVERYBODY) if self.does(role)]
