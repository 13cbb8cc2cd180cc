"""Stand-ins of 企业微信 and 公众号: their API servers, and their callbacks, sealed by code of its own."""

from tests.callbacks.api import ApiServer
from tests.callbacks.phone import MpPhone, Phone, WecomPhone

__all__ = ["ApiServer", "MpPhone", "Phone", "WecomPhone"]
