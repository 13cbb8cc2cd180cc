"""QQ by OneBot v11: groups and private chats; NapCat, Lagrange.OneBot, LLOneBot and the like connect to us."""
