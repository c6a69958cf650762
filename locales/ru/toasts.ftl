toast-saved = Сохранено
toast-presence = Статус изменён
toast-conversation-taken = Обращение теперь ваше
toast-conversation-transferred = Обращение передано
toast-conversation-closed = Обращение закрыто
toast-conversation-tag-added = Тег добавлен
toast-conversation-tag-removed = Тег убран
