toast-saved = Saved
toast-presence = Status changed
toast-conversation-taken = The conversation is yours
toast-conversation-transferred = Conversation transferred
toast-conversation-closed = Conversation closed
toast-conversation-tag-added = Tag added
toast-conversation-tag-removed = Tag removed
