home-serve = Обслуживание клиентов
home-today = Сегодня
home-online = { $count ->
    [0] Никого нет в сети
    [one] В сети { $count } сотрудник
    [few] В сети { $count } сотрудника
   *[other] В сети { $count } сотрудников
}
home-longest-wait = дольше всего ждут { $wait }
home-unread = Непрочитанные
home-unread-customers = { $count ->
    [one] от { $count } клиента
   *[other] от { $count } клиентов
}
home-unread-none = всё прочитано
home-open = Открыты
home-mine = { $count ->
    [0] ваших нет
    [one] { $count } ваше
   *[other] { $count } ваших
}
home-waiting = Свободные, ждут
home-waiting-none = никто не ждёт
home-oldest = дольше всех — { $wait }
home-reply = Медиана первого ответа
home-reply-today = сегодня
home-reply-none = Пока нет
home-reply-none-hint = сегодня ещё никому не ответили
home-reply-faster = на { $by } быстрее, чем { $day ->
    [d0] в прошлый понедельник
    [d1] в прошлый вторник
    [d2] в прошлую среду
    [d3] в прошлый четверг
    [d4] в прошлую пятницу
    [d5] в прошлую субботу
   *[d6] в прошлое воскресенье
}
home-reply-slower = на { $by } медленнее, чем { $day ->
    [d0] в прошлый понедельник
    [d1] в прошлый вторник
    [d2] в прошлую среду
    [d3] в прошлый четверг
    [d4] в прошлую пятницу
    [d5] в прошлую субботу
   *[d6] в прошлое воскресенье
}
home-reply-same = как неделю назад
home-conversations = Обращения по дням
home-conversations-said = Обращения по дням: { $days }.
home-conversations-none = За 7 дней обращений не было
home-conversations-none-hint = Они появятся здесь, когда клиенты напишут.
home-week = последние 7 дней
home-others = Другие
home-satisfaction = Удовлетворённость
home-satisfaction-said = Доля оценок 4 и 5: { $days }.
home-satisfaction-none = За 7 дней оценок не было
home-satisfaction-none-hint = Клиенты оценивают обращение, когда оно закрыто.
home-satisfaction-week = { $count ->
    [one] { $percent }% за 7 дней, { $count } оценка
    [few] { $percent }% за 7 дней, { $count } оценки
   *[other] { $percent }% за 7 дней, { $count } оценок
}
home-stars = 4 и 5 звёзд
home-no-channels = Каналов пока нет
home-no-channels-admin = Клиенты пишут через каналы. Подключите первый: веб-чат займёт минуту.
home-no-channels-staff = Клиенты пишут через каналы. Подключить канал может администратор в настройках.
home-connect = Подключить канал
home-card-inbox = Ответить клиентам
home-card-contacts = Люди и компании, которым можно написать первым
home-card-history = Все обращения, активные и закрытые
home-card-reports = Сколько пишут, как быстро отвечают, как оценивают
home-card-customers = Найти и отобрать клиентов
home-card-blacklist = Заблокированные клиенты и запросы на блокировку
home-card-blacklist-requests = { $count ->
    [one] { $count } запрос на блокировку ждёт решения
    [few] { $count } запроса на блокировку ждут решения
   *[other] { $count } запросов на блокировку ждут решения
}
home-card-lists = Наборы клиентов под одним названием
home-card-exports = Клиенты в виде файла
home-card-settings = Сотрудники, каналы, метки
home-card-demo = Посмотрите на виджет глазами клиента
home-mon = Пн
home-tue = Вт
home-wed = Ср
home-thu = Чт
home-fri = Пт
home-sat = Сб
home-sun = Вс
home-monday = Понедельник
home-tuesday = Вторник
home-wednesday = Среда
home-thursday = Четверг
home-friday = Пятница
home-saturday = Суббота
home-sunday = Воскресенье
