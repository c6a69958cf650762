settings-profile = Мой профиль
settings-staff = Сотрудники
settings-channels = Каналы
settings-customer-tags = Метки
settings-conversation-tags = Теги обращений
settings-rules = Правила
settings-own = Личное
settings-desk = Система
settings-general = Общие
settings-save = Сохранить
settings-edit = Изменить
settings-done = Готово
order-up = Переместить выше: { $name }
order-down = Переместить ниже: { $name }
settings-actions = Действия

profile-language-auto = Как принято здесь или в браузере
password-title = Пароль
password-old = Текущий пароль
password-old-missing = Введите текущий пароль.
password-old-wrong = Это не ваш текущий пароль.
password-new = Новый пароль
password-again = Новый пароль ещё раз
password-hint = От 10 до 200 символов.
password-short = { $limit ->
    [one] Нужен хотя бы { $limit } символ.
    [few] Нужно хотя бы { $limit } символа.
   *[many] Нужно хотя бы { $limit } символов.
}
password-long = Не больше { $limit } символов.
password-differs = Пароли не совпадают.
password-change = Сменить пароль
password-ends-sessions = После смены пароля сеансы в других браузерах завершатся.
notify-title = Уведомления в этом браузере
notify-hint = Пока ни одной страницы пульта не видно, система сообщает, что ждут сообщения ваших клиентов.
notify-on = Включить
notify-off = Выключить
notify-denied = Браузер не разрешает показывать уведомления. Их можно разрешить в его настройках для этого адреса.
sessions-title = Сеансы
sessions-none = Открытых сеансов нет.
sessions-end-others = Выйти на всех других устройствах
session-browser-unknown = Неизвестный браузер
session-seen = был активен: { $time }
session-begun = вход: { $time }
session-this = Этот сеанс
session-end = Завершить

staff-count = { $count ->
    [one] { $count } сотрудник. Роль определяет, что можно открывать и менять.
    [few] { $count } сотрудника. Роль определяет, что можно открывать и менять.
   *[many] { $count } сотрудников. Роль определяет, что можно открывать и менять.
}
staff-member = Сотрудник
staff-name = Имя
staff-name-missing = Введите имя.
staff-name-hint = Его видят клиенты в чате на сайте. Если пусто, часть e-mail до @.
staff-email-hint = С ним сотрудник входит. Открытые сеансы не прерываются.
staff-role = Роль
staff-role-missing = Выберите роль.
staff-role-hint = Операторы отвечают клиентам; супервизоры ещё решают о блокировках и видят всю историю; администраторы ещё меняют настройки.
staff-status = Статус
staff-last-seen = Последняя активность
staff-never-seen = сеансов нет
staff-disabled = Отключён
staff-add = Добавить сотрудника
staff-add-submit = Добавить и показать ссылку
staff-add-hint = Вы получите ссылку для сотрудника. Она действует один раз, 24 часа, и позволяет задать пароль.
staff-email-taken = Сотрудник с таким e-mail уже есть.
staff-link-title = Одноразовая ссылка
staff-link-text = Передайте эту ссылку: { $name }. Она действует один раз, 24 часа, и позволяет задать пароль.
staff-link-label = Ссылка
staff-link-once = Ссылка показывается только сейчас. Если она потеряется, создайте новую.
staff-access = Доступ
staff-reset = Создать ссылку для нового пароля
staff-reset-hint = Ссылка завершит сеансы. Старый пароль действует, пока не задан новый.
staff-disable = Отключить
staff-disable-hint = Отключение запретит вход и сразу завершит сеансы. Написанное сотрудником останется.
staff-hand-over = Передать
staff-handing-over = Передача идёт в фоне.
staff-has = Открытых обращений: { $conversations }. Клиентов: { $customers }.
staff-has-nothing = Открытых обращений и клиентов нет.
staff-takes-over = Кому передать
staff-takes-over-nobody = Никому
staff-takes-over-hint = Обращения и клиенты перейдут к коллеге. Если не передавать никому, обращения вернутся в очередь, а клиенты останутся без ответственного. При включении учётной записи ничего не возвращается.
staff-enable = Включить
staff-enable-hint = Разрешает снова входить с прежним паролем.
staff-own-role = Вашу роль может изменить только другой администратор.
staff-own-account = Отключить самого себя нельзя.
staff-own-password = Свой пароль меняют в профиле.
staff-is-disabled = Учётная запись отключена. Сначала включите её.
staff-last-admin = Это последний действующий администратор. Сначала назначьте другого.
staff-channels = Новые обращения
staff-channels-hint = При автоматическом распределении сотрудник получает обращения из выбранных здесь каналов; ничего не выбрано — из всех. На то, что он видит, это не влияет.
staff-channel-unknown = Выбранного канала больше нет.

customer-tag-add = Новая метка
tag-add = Новый тег
tag-add-submit = Добавить
tag-name = Название
tag-name-missing = Введите название.
tag-name-taken = Такое название уже есть.
tag-colour = Цвет
tag-hue-missing = Выберите цвет.
tag-hue-1 = Красный
tag-hue-2 = Оранжевый
tag-hue-3 = Жёлтый
tag-hue-4 = Зелёный
tag-hue-5 = Бирюзовый
tag-hue-6 = Синий
tag-hue-7 = Фиолетовый
tag-hue-8 = Розовый
tag-rename = Переименовать
tag-delete = Удалить
tag-delete-title = Удаление:
tag-delete-final = Отменить это нельзя.
tag-delete-customers = { $count ->
    [0] Этой метки нет ни у одного клиента.
    [one] Метка будет снята у { $count } клиента.
    [few] Метка будет снята у { $count } клиентов.
   *[many] Метка будет снята у { $count } клиентов.
}
tag-delete-many = Метка будет снята больше чем у 999 клиентов.
tag-delete-conversations = { $count ->
    [0] Этого тега нет ни у одного обращения.
    [one] Тег будет снят с { $count } обращения.
    [few] Тег будет снят с { $count } обращений.
   *[many] Тег будет снят с { $count } обращений.
}
tag-delete-many-conversations = Тег будет снят больше чем с 999 обращений.
tag-delete-below = { $count ->
    [one] Вместе с ним удалится { $count } вложенный тег.
    [few] Вместе с ним удалятся { $count } вложенных тега.
   *[many] Вместе с ним удалятся { $count } вложенных тегов.
}
tag-customers = { $count ->
    [one] { $count } клиент
    [few] { $count } клиента
   *[many] { $count } клиентов
}
tag-customers-many = 999+ клиентов
tag-conversations = { $count ->
    [one] { $count } обращение
    [few] { $count } обращения
   *[many] { $count } обращений
}
tag-conversations-many = 999+ обращений
tag-level = уровень { $level }
tag-below = Новый вложенный тег
tag-below-submit = Добавить вложенный
tag-too-deep = У тегов не больше трёх уровней.
tag-parent-wrong = Вышестоящего тега больше нет. Обновите страницу.
customer-tags-none = Меток пока нет
customer-tags-none-text = Метка — цветной знак у клиента: например, VIP или опт.
conversation-tags-hint = Тема верхнего уровня, например «Доставка». Вложенные темы добавляются внутри неё.
conversation-tags-none = Тегов обращений пока нет
conversation-tags-none-text = Теги говорят, о чём было обращение; уровней до трёх.

channels-hint = Откуда пишут клиенты.
channels-none = Каналов пока нет
channels-none-text = Подключите чат, чтобы на сайте появилась кнопка, или приложение, которое работает через API.
channel-name = Название
channel-name-missing = Введите название.
channel-name-hint = Для сотрудников, чтобы различать каналы.
channel-kind = Мессенджер
channel-health = Состояние
channel-health-unconnected = Не подключён
channel-health-paused = На паузе
channel-health-quiet = Ещё ничего не приходило и не уходило
channel-health-fine = Работает, последний успех: { $time }
channel-health-failing = Сбой: { $time }
channel-last-error = Последняя ошибка
channel-set-up = Настроить
channel-connect = Подключить
channel-connect-webchat-hint = Дальше вы получите строку для сайта и выберете, что видят посетители.
channel-connect-app-hint = Дальше вы создадите токен для API и проверите вебхук.
channel-connect-one = Подключить канал
channel-field-missing = Заполните это поле.
channel-secret-again = Введите ещё раз: сохранённое другому серверу не показывается.
channel-test = Проверить подключение
channel-test-good = Подключение работает.
channel-test-good-as = Подключение работает: { $who }
channel-changed-meanwhile = Этот канал тем временем изменил кто-то другой. Сохраните ещё раз.
channel-test-failed = Подключение не работает: { $words }
channel-paused = На паузе
channel-pause = Поставить на паузу
channel-enable = Включить
channel-settings = Настройки
channel-snippet = Установка на сайт
channel-snippet-hint = Поставьте эту строку перед </body> на каждой странице с чатом.
channel-origins = Сайты, где можно показывать чат
channel-origins-hint = По одному в строке, например https://shop.example. Если пусто, на любом сайте.
channel-origin-wrong = «{ $line }» — не сайт. Пишите так: https://shop.example, без пути.
channel-origins-many = Не больше { $limit } сайтов.
channel-greeting = Приветствие
channel-greeting-hint = Видно до первого сообщения. Если пусто, обычные слова на языке посетителя.
channel-offline-note = Текст, когда никого нет
channel-offline-note-hint = Если пусто, обычные слова на языке посетителя.
channel-ask = До первого сообщения спрашивать
channel-ask-name = Имя
channel-ask-email = E-mail
channel-ask-phone = Телефон
channel-ask-hidden = Не спрашивать
channel-ask-optional = По желанию
channel-ask-required = Обязательно
channel-position = Место кнопки
channel-position-end = Правый нижний угол
channel-position-start = Левый нижний угол
channel-accent = Цвет
channel-accent-hint = На нём стоит белый текст.
channel-accent-wrong = Выберите цвет.
channel-accent-light = Выберите цвет темнее: белый текст должен читаться.
channel-webhook = Адрес вебхука
channel-webhook-hint = Сюда отправляются подписанные события. Если пусто, приложение запрашивает их само.
channel-webhook-wrong = Введите адрес, который начинается с https://, без имени и пароля.
channel-secret-title = Секрет
channel-secret-new = Создать новый секрет
channel-secret-replace-hint = Старый секрет сразу перестаёт действовать.
channel-identity-secret = Секрет для опознания
channel-identity-secret-hint = Ваш сервер подписывает им внешний ID известного посетителя (HMAC-SHA-256, в hex).
channel-webhook-secret = Секрет вебхука
channel-webhook-secret-hint = Им ваш сервер проверяет подпись: Switchboard-Signature — это v1= и HMAC-SHA-256 от timestamp.body в hex.
channel-disconnect-title = Отключение
channel-disconnect = Отключить
channel-disconnect-hint = Удаляет канал с его настройками и токенами. Им ещё никто не пользовался.
channel-in-use = Через этот канал писали клиенты, поэтому он остаётся для их истории. Пока он подключён, его можно поставить на паузу.
secret-copy = Скопируйте сейчас
secret-once = Показывается только сейчас; прочитать снова нельзя.
tokens-title = Токены API
tokens-none = Токенов нет. Приложению нужен токен, чтобы обращаться к API.
tokens-where = Токены создаются на странице приложения:
tokens-no-apps = Приложений пока нет
tokens-no-apps-text = Токены нужны приложению компании, которое обращается к API.
tokens-connect-app = Подключить приложение
token-what = Токен
token-made-at = Создан
token-used-at = Использован
token-name = Название нового токена
token-name-missing = Введите название.
token-name-hint = Кто им пользуется, например: сервер магазина.
token-add = Создать токен
token-new = Токен API
token-new-hint = Передавайте его в заголовке Authorization: Bearer.
token-made = создан: { $time }
token-used = использован: { $time }
token-unused = не использовался
token-revoke = Отозвать

general-business = Название компании
general-business-hint = Его видят посетители в чате и сотрудники на странице входа.
general-language = Язык системы
general-language-hint = Для сотрудников, которые язык не выбрали.
general-language-auto = Как просит браузер
general-language-reset = Тем временем кто-то другой выбрал здесь «{ general-language-auto }». Сохраните ещё раз, чтобы заменить.
general-see-others = Операторы видят клиентов других операторов
general-see-others-hint = Если выключено, оператор видит своих клиентов и свободных.
rules-require-tag = Тег обязателен для каждого обращения
rules-require-tag-hint = Если включено, тег выбирает тот, кто пишет первым или закрывает обращение. Действует, когда теги есть.
rules-distribute = Распределять новые обращения автоматически
rules-distribute-hint = Если включено, новое обращение получает ответственный за клиента, если он онлайн, иначе — оператор онлайн с наименьшим числом активных. Пока никого нет онлайн, обращение ждёт.
rules-at-most = Не больше обращений одновременно
rules-at-most-hint = У кого их столько, новых не получает, пока не закроет одно. Взять обращение самому можно всегда. Пусто — без ограничения.
rules-at-most-wrong = Укажите число от 1 до { $limit } или ничего.
rules-serving = Кто получает новые обращения
rules-serving-all = Из всех каналов
rules-serving-nobody = Операторов пока нет. Обращения клиента получает ответственный за него.

# Work that has failed for good.
work-title = Не выполнено
work-hint = Эти фоновые задания не удались после нескольких попыток. Тем, кто ждал результата, об этом сказано.
work-tries = { $count ->
    [one] { $count } попытка
    [few] { $count } попытки
   *[other] { $count } попыток
}
work-again = Повторить
work-remove = Убрать из списка
work-over = Повторять уже нечего.

# Перед тем, что нельзя отменить.
ask-secret = Новый секрет: { $name }
ask-secret-text = Старый секрет сразу перестанет действовать. Всё, что им пользуется, будет получать отказ, пока вы его там не замените.
ask-disconnect = Отключить { $name }
ask-disconnect-text = Канал исчезнет вместе с настройками и токенами. Им ещё никто не пользовался. Это нельзя отменить.
ask-revoke = Отозвать { $name }
ask-revoke-text = Программы с этим токеном сразу получат отказ. Это нельзя отменить.
ask-template = Удалить { $name }
ask-template-text = Этот шаблон больше никто не сможет отправить. Уже отправленные сообщения останутся. Это нельзя отменить.
