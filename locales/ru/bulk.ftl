bulk-read = Отметить прочитанным
bulk-unread = Отметить непрочитанным
bulk-block = Заблокировать
bulk-unblock = Разблокировать
bulk-tags = Метки
bulk-add-tags = Добавить метки
bulk-remove-tags = Убрать метки
bulk-lists = Списки
bulk-add-lists = Добавить в списки
bulk-remove-lists = Убрать из списков
bulk-add = Добавить
bulk-remove = Убрать
bulk-delete = Удалить клиентов
bulk-read-all = Отметить всё прочитанным
bulk-bar = Выбранные клиенты
bulk-select = Выбрать: { $name }
bulk-select-loaded = Выбрать всех показанных
bulk-select-none = Снять выбор
bulk-selected = выбрано
bulk-all = Выбрать всех подходящих…
bulk-choose = Все подходящие
bulk-none = Никто не выбран. Возможно, клиентов тем временем удалили или передали.
bulk-count = { $count ->
    [one] Выбран { $count } клиент.
    [few] Выбрано { $count } клиента.
   *[other] Выбрано { $count } клиентов.
}
bulk-count-all = { $count ->
    [one] Вкладке и фильтрам соответствует { $count } клиент.
    [few] Вкладке и фильтрам соответствуют { $count } клиента.
   *[other] Вкладке и фильтрам соответствуют { $count } клиентов.
}
bulk-vanished = { $count ->
    [one] { $count } из отмеченных больше нет, или он вам больше не виден.
    [few] { $count } из отмеченных больше нет, или они вам больше не видны.
   *[other] { $count } из отмеченных больше нет, или они вам больше не видны.
}
bulk-tags-which = Метки
bulk-tags-missing = Выберите хотя бы одну метку.
bulk-no-tags = Меток пока нет.
bulk-lists-which = Списки
bulk-lists-missing = Выберите хотя бы один список.
bulk-no-lists = Списков пока нет.
bulk-reason-hint = Одна причина на всех.
bulk-delete-warning = Клиенты удаляются навсегда, вместе с обращениями, сообщениями и файлами. Вернуть их нельзя.
bulk-delete-type = Чтобы удалить, введите число клиентов: { $count }
bulk-delete-submit = { $count ->
    [one] Удалить { $count } клиента
    [few] Удалить { $count } клиентов
   *[other] Удалить { $count } клиентов
}
bulk-delete-unsubscribed = Удалить отписавшихся
bulk-delete-unsubscribed-item = Удалить отписавшихся…
bulk-unsubscribed-text = Это клиенты, которые отписались или заблокировали бота во всех своих каналах, и те, кто в чёрном списке. Остаются те, кому ещё можно написать хотя бы в одном канале, в том числе в чате на сайте или в приложении. Кто в чёрном списке, остаётся заблокированным: если он напишет снова, появится новая запись, и сразу в чёрном списке.
bulk-unsubscribed-list = Показать отписавшихся
bulk-unsubscribed-blacklist = Показать чёрный список
bulk-unsubscribed-none = Никто не отписался, и в чёрном списке никого нет.
bulk-unsubscribed-count = { $count ->
    [one] Отписался или в чёрном списке { $count } клиент.
    [few] Отписались или в чёрном списке { $count } клиента.
   *[other] Отписались или в чёрном списке { $count } клиентов.
}
bulk-number-wrong = Это не число клиентов. Никто не удалён.
bulk-why-gone = больше нет, или вам не виден
refused-still-subscribed = снова доступен и не в чёрном списке
bulk-why-failed = ошибка; ничего не изменено
bulk-why-refused = сейчас это невозможно
batch-title = Ход действий с группой
batch-never = Действий с группами клиентов ещё не было
batch-hint = Отметьте клиентов во входящих и выберите, что с ними сделать.
batch-inbox = Перейти во входящие
batch-done = Сделано
batch-failed = Не сделано
batch-no-right = Остановлено: тот, кто это начал, больше не имеет на это права.
batch-more = И ещё { $count }.
