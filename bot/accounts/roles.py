"""What a role may do: each may do what those before it may."""

from typing import Literal, get_args

Role = Literal["agent", "editor", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
ROLE_NAMES = {"agent": "客服", "editor": "编辑", "admin": "管理员"}


def may(role: str, needed: Role) -> bool:
    """Whether somebody in ``role`` may do what needs ``needed``."""
    return role in ROLES and ROLES.index(role) >= ROLES.index(needed)
