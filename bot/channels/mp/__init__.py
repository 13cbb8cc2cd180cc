"""公众号 (Official Accounts): private chats by callback, passive replies and customer-service messages."""
