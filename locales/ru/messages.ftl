messages-you = Вы
messages-by-you = вы
messages-to-you = вы
messages-bot = Бот
messages-former-staff = Бывший сотрудник
messages-comment = Внутренний комментарий, клиент его не видит
messages-command = Результат команды, клиент его не видит
messages-while-blocked = Получено во время блокировки
messages-today = Сегодня
messages-yesterday = Вчера
messages-conversation = Обращение { $number }
messages-started = начато { $time }
messages-ended = завершено { $time }
messages-stars = { $count ->
    [one] { $count } звезда из 5
    [few] { $count } звезды из 5
   *[many] { $count } звёзд из 5
}
messages-closed = Закрыто
messages-closed-by = Закрыто, сотрудник: { $by }
messages-closed-for = Закрыто: { $reason }
messages-closed-by-for = Закрыто, сотрудник: { $by }. Причина: { $reason }
messages-opened = Первое сообщение написано сотрудником: { $by }
messages-taken = Взято в работу: { $by }
messages-transferred = Передано: { $by } → { $to }
messages-requeued = Возвращено в очередь: { $by }
messages-rated = Клиент оценил обращение на { $stars } из 5
messages-block-requested = Запрос на блокировку: { $by }
messages-block-approved = Запрос на блокировку одобрен: { $by }
messages-block-declined = Запрос на блокировку отклонён: { $by }
messages-blocked = Клиент заблокирован
messages-blocked-by = Клиент заблокирован, сотрудник: { $by }
messages-unblocked = Клиент разблокирован
messages-unblocked-by = Клиент разблокирован, сотрудник: { $by }
