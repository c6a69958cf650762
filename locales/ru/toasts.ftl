toast-saved = Сохранено
toast-presence = Статус изменён
