shell-skip = К содержанию
shell-connection-lost = Связь потеряна. Подключаемся снова…
shell-signed-out = Ваш сеанс закончился.
shell-sign-in = Войти снова
shell-gone = Этого клиента больше нет, или он вам не виден.
shell-to-inbox = Во входящие

nav-main = Основное меню
nav-brand = Switchboard, на главную
nav-home = Главная
nav-conversations = Обращения
nav-inbox = Входящие
nav-contacts = Контакты
nav-oversee = Контроль
nav-history = История
nav-reports = Отчёты
nav-manage = Управление
nav-customers = Клиенты
nav-blacklist = Чёрный список
nav-lists = Списки
nav-exports = Выгрузки
nav-settings = Настройки
nav-more = Ещё
nav-unread = { $count ->
    [one] { $count } непрочитанное
   *[other] { $count } непрочитанных
}
nav-unread-free = { $count ->
    [one] { $count } непрочитанное от свободных клиентов
   *[other] { $count } непрочитанных от свободных клиентов
}

search-label = Поиск клиентов по имени, телефону, почте или ID
search-placeholder = Имя, телефон, почта, ID
search-busy = Ищем…
search-open = Поиск
search-close = Закрыть поиск

presence-label = Статус
presence-online = В сети
presence-away = Нет на месте
presence-away-hint = без новых обращений
presence-offline = Не в сети

menu-account = Меню пользователя, { $name }
menu-theme = Тема
menu-language = Язык
menu-profile = Мой профиль
menu-help = Справка и клавиши
menu-log-out = Выйти
theme-auto = Системная
theme-light = Светлая
theme-dark = Тёмная
language-en = English
language-ru = Русский
role-operator = Оператор
role-supervisor = Супервизор
role-admin = Администратор

help-title = Горячие клавиши
help-key-search = Поиск клиентов
help-key-arrows = Переход по результатам поиска и пунктам меню
help-key-customers = Входящие: следующий и предыдущий клиент
help-key-reply = Входящие: написать ответ
help-key-comment = Входящие: написать комментарий
help-key-send = Отправить сообщение
help-key-newline = Новая строка в сообщении
help-key-close = Закрыть меню, окно или поиск
help-key-help = Показать этот список

toast-region = Уведомления
toast-dismiss = Закрыть
toast-open = Открыть
toast-not-sent = Ваше сообщение не отправлено.
toast-error = Не получилось: ошибка на сервере. Повторите.
toast-offline = Нет связи с сервером. Повторите.
toast-signed-out = Вы вышли из системы. Обновите страницу, чтобы войти.
toast-forbidden = Ваша роль этого не позволяет.
toast-gone = Этого больше нет. Обновите страницу.
toast-conflict = Это уже изменил кто-то другой. Обновите страницу.
toast-too-large = Файл слишком большой.
toast-busy = Слишком много запросов. Подождите немного и повторите.

source-manual = Добавлен сотрудником
channel-webchat = Веб-чат
channel-app = Приложение
channel-email = E-mail
channel-telegram = Telegram
channel-whatsapp = WhatsApp
channel-viber = Viber

ui-close = Закрыть
ui-copy = Копировать
ui-copied = Скопировано
ui-cancel = Отмена
ui-pages = Страницы
ui-previous = Назад
ui-next = Вперёд
ui-remove-tag = Убрать «{ $name }»
size-b = { $number } Б
size-kb = { $number } КБ
size-mb = { $number } МБ
