toast-saved = Saved
toast-presence = Status changed
