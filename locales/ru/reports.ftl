reports-filters = Фильтры
reports-period = Период
reports-period-today = Сегодня
reports-period-week = 7 дней
reports-period-month = 30 дней
reports-period-quarter = 90 дней
reports-period-year = Год
reports-period-dates = Даты
reports-from = С
reports-to = По
reports-channel = Канал
reports-all-channels = Все
reports-operator = Оператор
reports-everyone = Все
reports-show = Показать
reports-reset = Сбросить
reports-future = Этот день ещё не наступил.
reports-reversed = Период заканчивается раньше, чем начинается.
reports-too-long = Выберите не больше { $days } дней.
reports-wrong = Нет периода
reports-wrong-text = Измените даты выше.
reports-span = { $from } – { $to }, в сравнении с { $since } – { $until }
reports-day = { $day }, в сравнении с { $before }
reports-download = Скачать CSV
reports-nothing = За этот период ничего не произошло
reports-nothing-text = Здесь появятся открытые, закрытые и оценённые обращения.
reports-nothing-narrow = По этим фильтрам ничего нет
reports-nothing-narrow-text = Выберите другой период, канал или оператора.
reports-counting = { $count ->
    [one] Ещё подсчитывается { $count } день
    [few] Ещё подсчитываются { $count } дня
   *[other] Ещё подсчитываются { $count } дней
}
reports-counting-text = Цифры появятся сами через несколько минут. Сначала считаются последние дни: короткие периоды готовы раньше.
reports-opened = Открыто
reports-opened-by-customers = из них клиентами: { $count }
reports-opened-theirs = В эти дни; оператор — тот, за кем обращение было на конец дня.
reports-closed = Закрыто
reports-first-reply = Первый ответ в среднем
reports-replied = { $count ->
    [one] на { $count } ответили
   *[other] на { $count } ответили
}
reports-time-to-close = До закрытия в среднем
reports-rating = Средняя оценка
reports-rated = { $count ->
    [one] { $count } оценка
    [few] { $count } оценки
   *[other] { $count } оценок
}
reports-none = Нет
reports-before-none = раньше не было
reports-before-same = примерно столько же, сколько раньше
reports-before-more = на { $percent } % больше, чем раньше
reports-before-less = на { $percent } % меньше, чем раньше
reports-before-faster = на { $by } быстрее, чем раньше
reports-before-slower = на { $by } медленнее, чем раньше
reports-before-as-fast = так же быстро, как раньше
reports-before-higher = на { $by } выше, чем раньше
reports-before-lower = на { $by } ниже, чем раньше
reports-before-as-high = как раньше
reports-chart-by-day = Открыто и закрыто по дням
reports-chart-by-week = Открыто и закрыто по неделям
reports-chart-said = График открытых и закрытых обращений. Его числа — в таблице ниже.
reports-as-table = Показать таблицей
reports-col-day = День
reports-col-week = Неделя
reports-col-opened = Открыто
reports-col-by-customers = Клиентами
reports-col-closed = Закрыто
reports-col-first-reply = Первый ответ
reports-col-time-to-close = До закрытия
reports-col-rated = Оценок
reports-col-rating = Оценка
reports-replies = Время до первого ответа
reports-replies-of = { $count ->
    [one] из { $count } закрытого обращения, открытого клиентом
   *[other] из { $count } закрытых обращений, открытых клиентами
}
reports-reply-1-min = До 1 мин
reports-reply-5-min = 1–5 мин
reports-reply-15-min = 5–15 мин
reports-reply-1-h = 15–60 мин
reports-reply-4-h = 1–4 ч
reports-reply-1-day = 4–24 ч
reports-reply-later = Больше суток
reports-reply-never = Без ответа
reports-count = Обращения
reports-share = Доля
reports-by-operator = По операторам
reports-by-channel = По каналам
reports-nobody = Никто
reports-channel-gone = Удалённый канал
reports-averages = Время и оценки — в среднем
