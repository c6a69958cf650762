customers-filters = Фильтры
customers-count = { $count ->
    [one] { $total } клиент
    [few] { $total } клиента
   *[many] { $total } клиентов
}
customers-count-of = { $shown } из { $count ->
    [one] { $total } клиента
   *[other] { $total } клиентов
}
customers-period-week = Эта неделя
customers-period-today = Сегодня
customers-period-month = Последние 30 дней
customers-period-all = Всё время
customers-period-dates = Даты
customers-period-chip = Первое обращение: { $period }
customers-from = Первое обращение с
customers-to = Первое обращение по
customers-dates-show = Показать за эти даты
customers-tag = Метка
customers-tag-any = Любая метка
customers-name = Имя
customers-name-any = Любой ник
customers-id-number = ID клиента — это число.
customers-id = ID
customers-id-any = Любой ID
customers-apply = Показать
customers-reset = Сбросить
customers-none = Клиентов пока нет
customers-none-text = Они появятся здесь, когда напишут впервые или когда вы их добавите.
customers-none-period = За этот период никого нового
customers-none-period-text = Ни один клиент не появился впервые в выбранный период.
customers-none-found = Никто не подходит
customers-none-found-text = Проверьте написание или измените фильтры.
customers-show-all = Показать всех
customers-search-all = Искать за всё время
customers-newest-first = Сначала последняя активность
customers-col-customer = Клиент
customers-phone = Телефон
customers-email = E-mail
customers-responsible = Ответственный
customers-tags = Метки
customers-activity = Последняя активность
customers-actions = Действия
customers-you = Вы
customers-blocked = Заблокирован
customers-blocked-long = Заблокирован
customers-blocked-by = Заблокирован: { $name }
customers-blocked-so = Пока блокировка не снята, писать клиенту нельзя.
customers-blocked-until = до { $date }
customers-paused = На паузе
customers-callback = Связаться
customers-callback-request = Связаться

customers-active-conversation = Активное обращение
customers-your = ваш клиент
customers-free = без ответственного
customers-since = с { $date }
customers-go-to-conversation = Перейти к обращению
customers-see-conversation = Посмотреть обращение
customers-more = Другие действия
customers-sections = Разделы клиента
customers-tab-profile = Профиль
customers-tab-tags = Метки
customers-tab-interaction = Взаимодействия
customers-contact = Написать клиенту
customers-in-contacts = Открыть в Контактах
customers-copy-link = Скопировать ссылку
customers-copied = Ссылка скопирована
customers-delete-menu = Удалить клиента…
customers-block = В чёрный список
customers-block-ask = Запросить блокировку…
customers-block-asked = Блокировка запрошена
customers-unblock = Убрать из чёрного списка
customers-unblock-text = { $name } снова сможет вести с вами обращения. Написанное за это время останется в истории.
customers-unblock-submit = Убрать

customers-pending = Не хватает контактных данных: добавьте телефон или e-mail.
customers-pending-add = Добавить данные
customers-fields = Поля
customers-edit-button = Изменить
customers-edit = Изменить клиента
customers-nickname = Ник
customers-real-name = Настоящее имя
customers-handles = Другие мессенджеры
customers-handles-hint = По одному в строке, например «QQ: 12345».
customers-company = Компания
customers-company-hint = Новое название создаст новую компанию.
customers-external-id = Внешний ID
customers-external-id-hint = Номер клиента в вашей системе.
customers-language = Язык
customers-note = Примечание
customers-add = Добавить
customers-service = Обслуживание
customers-nobody = Никто
customers-take = Взять себе
customers-release = Отпустить
customers-save = Сохранить
customers-save-over = Сохранить поверх новых значений
customers-source = Источник
customers-environment = Посещение
customers-registered = Первое обращение
customers-ip = IP-адрес
customers-region = Регион
customers-software = Программы
customers-page = Страница
customers-referrer = Источник перехода
customers-claims = Не проверено
customers-claims-text = Клиент написал это о себе сам. Никто этого не проверял.
customers-claim-phone = Взять этот телефон
customers-claim-email = Взять этот e-mail
customers-duplicates = Возможные дубли
customers-changed-meanwhile = Клиента тем временем изменил кто-то другой. Сравните и сохраните ещё раз.
customers-newer = Сейчас записано
customers-empty = пусто
customers-staff-unknown = Выберите сотрудника из списка.
customers-tag-unknown = Такой метки больше нет.
refused-bind = Ответственный — другой сотрудник. Сменить его может супервизор.

customers-tags-on = У этого клиента
customers-tags-none = Меток пока нет.
customers-tags-others = Добавить метку
customers-tags-no-others = Других меток нет.
customers-tags-manage = Управлять метками
customers-tag-add = Добавить «{ $name }»

customers-no-conversations = Обращений пока нет
customers-no-conversations-text = Они появятся здесь, когда клиент напишет или напишут ему.
customers-conversations = Обращения
customers-conversation = Обращение
customers-number = № { $id }
customers-channel = Канал
customers-operator = Оператор
customers-started = Начало
customers-ended = Конец
customers-length = Длительность
customers-minutes = { $count } мин
customers-rating = Оценка
customers-not-rated = нет оценки
customers-stars = { $count } из 5
customers-mean = { $mean } в среднем,
customers-ratings = { $count ->
    [one] { $count } оценка
    [few] { $count } оценки
   *[many] { $count } оценок
}
customers-details = Подробнее
customers-details-of = Подробнее об обращении { $id }
customers-messages = Сообщения
customers-queued = В очереди
customers-active = Активно
customers-closed = Закрыто
customers-close-reason = Причина закрытия
customers-close-note = Заметка при закрытии

customers-message-through = Через
customers-message-account-label = Через
customers-message-account = Выберите канал, через который писать.
customers-message-files = Файлы
customers-message-empty = Напишите сообщение или приложите файл.
customers-message-new = Откроется новое обращение, назначенное вам.
customers-message-send = Отправить
customers-message-no-channel = У клиента ещё нет канала, через который можно написать первым.
customers-back = Назад

customers-delete = Удалить клиента
customers-delete-warning = Это необратимо. Запись, обращения, сообщения и файлы будут уничтожены.
customers-delete-accounts = Аккаунты в каналах
customers-delete-conversations = Обращения
customers-delete-messages = Сообщения
customers-delete-files = Файлы
customers-delete-total = Всего записей
customers-delete-type = Для подтверждения введите число записей: { $count }
customers-delete-submit = { $count ->
    [one] Удалить { $count } запись
    [few] Удалить { $count } записи
   *[many] Удалить { $count } записей
}
customers-delete-wrong = Введите число записей, показанное выше. Оно могло измениться.
external-write = Написать по внешнему ID
external-name-hint = Для нового клиента. Если пусто, именем станет внешний ID.
external-id-missing = Введите внешний ID того, кому пишете.
external-no-channel = Не подключены ни веб-чат, ни приложение. Администратор подключает их в разделе «Настройки > Каналы».
external-hint = Сообщение ждёт клиента в веб-чате или приложении.
refused-no-external-id = У этого клиента нет внешнего ID.
refused-external-id-of-another = Под этим внешним ID пишет другой клиент.
