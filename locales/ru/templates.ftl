# Шаблоны сообщений: список в настройках, один шаблон и его заполнение.
settings-templates = Шаблоны
templates-hint = Чтобы написать первым в WhatsApp и Viber, нужен одобренный текст — шаблон. Отправить можно только одобренные шаблоны.
templates-no-channel = Нет канала с шаблонами
templates-no-channel-text = Шаблоны есть у WhatsApp и Viber. Сначала подключите один из них.
templates-fetch = Загрузить шаблоны
templates-fetch-failed = Не удалось загрузить шаблоны: { $words }
templates-none-fetched = Шаблоны ещё не загружены. Их создают и одобряют у провайдера.
templates-none-written = Шаблонов пока нет. Запишите их здесь так, как они согласованы с провайдером.
template-approved = Одобрен
template-pending = Ждёт одобрения
template-rejected = Отклонён
template-paused = Приостановлен
template-unsupported = Нельзя заполнить здесь
template-add = Новый шаблон
template-edit = Шаблон
template-delete = Удалить
template-name = Название
template-name-missing = Введите название шаблона.
template-name-hint = Такое же, как у провайдера, например order_ready.
template-name-taken = Шаблон с таким названием на этом языке уже есть.
template-language = Язык
template-language-missing = Введите язык.
template-language-wrong = Введите код языка, например ru или pt_BR.
template-language-hint = Код языка, например ru или en.
template-title = Заголовок
template-title-hint = Стоит над текстом. Может быть пустым.
template-body = Текст
template-body-missing = Введите текст.
template-body-hint = Пишите {"{{1}}"}, {"{{2}}"} и так далее там, где подставляются значения.
template-signature = Подпись
template-signature-hint = Стоит под текстом. Может быть пустой.
template-signature-fixed = Подпись всегда одинакова: в ней нет мест для значений.
template-numbers = Нумеруйте места с 1 и без пропусков.
template-state = Состояние
template-state-missing = Выберите состояние.
template-state-changed = Тем временем кто-то другой выбрал здесь «{ $state ->
        [approved] { template-approved }
        [pending] { template-pending }
        [rejected] { template-rejected }
       *[other] { template-paused }
    }». Сохраните ещё раз, чтобы заменить.
template-state-hint = Предлагаются только одобренные шаблоны.
template-one = Шаблон
template-choose = Выберите шаблон
template-show = Показать поля этого шаблона
template-value = Значение { $number }
template-title-value = Заголовок, значение { $number }
template-value-missing = Введите значение.
template-too-long = С этими значениями слишком длинно: не больше { $limit } символов.
template-missing = Выберите шаблон.
template-gone = Этот шаблон больше нельзя использовать. Выберите другой.
template-other-channel = Это шаблон другого канала.
template-no-files = К шаблону нельзя приложить файлы.
template-no-text = К шаблону нельзя добавить свой текст. Очистите это поле или не выбирайте шаблон.
template-preview = Что прочитает клиент
template-has-title = Вместо заголовка у него картинка, видео или документ.
template-has-button = Одной из его кнопок нужно значение в каждом сообщении.
template-has-names = У мест для значений имена вместо номеров.
template-has-part = В нём есть части, которые здесь неизвестны.
templates-none-approved = Для этого канала нет одобренных шаблонов. Администратор загружает или добавляет их в разделе «Настройки > Шаблоны».
window-open = Обычный текст можно писать ещё
window-hours = { $count } ч
window-minutes = { $count } мин
window-closed = Клиент не писал больше 24 часов: пока он не ответит, можно отправить только шаблон.
template-incomplete = Выберите шаблон и заполните его значения.
template-instead = Отправить шаблон вместо текста
# Сообщение новому клиенту в мессенджер по номеру телефона.
newcomer-title = Написать в { $channel }
newcomer-nowhere = Нет подходящего канала
newcomer-no-channel = Сейчас ни один канал этого вида не пишет на номера телефонов. Администратор подключает его или разрешает это в разделе «Настройки > Каналы».
newcomer-phone = Номер телефона
newcomer-phone-hint = С кодом страны, например +7 901 123-45-67.
newcomer-phone-missing = Введите номер телефона.
newcomer-phone-short = Введите номер целиком, с кодом страны.
newcomer-name-hint = Для нового клиента. Если пусто, будет известен по номеру.
refused-no-phone = У клиента нет номера телефона.
refused-phone-of-another = В этом канале номер принадлежит другому клиенту.
