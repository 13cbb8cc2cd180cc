"""企业微信 applications: private chats by the application's callback and its active messages."""
