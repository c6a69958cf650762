error-title-not-found = Страница не найдена
error-title-forbidden = Нет доступа
error-title-unavailable = Сейчас недоступно
error-title-request = Не получилось
error-title-internal = Ошибка на сервере
error-back = На главную
error-inbox = К входящим
error-status = Ошибка { $status }
error-again = Отправить снова
error-typed = Ваш текст
error-files-again = Выберите файлы снова
error-not-found = По этому адресу ничего нет, или у вас нет к этому доступа.
error-sign-in = Войдите, чтобы продолжить.
error-forbidden = Ваша роль этого не позволяет. Обратитесь к администратору.
error-bad-request = Запрос не удалось прочитать. Обновите страницу и повторите.
error-too-large = Слишком большой объём. Предел — { $limit } { $unit ->
    [kb] КБ
   *[mb] МБ
}.
error-too-slow = Данные шли слишком долго. Проверьте соединение и отправьте ещё раз.
error-too-many = Слишком много запросов. Повторите через { $seconds ->
    [one] { $seconds } секунду
    [few] { $seconds } секунды
   *[many] { $seconds } секунд
}.
error-database = База данных не отвечает. Ничего не изменено; повторите через минуту.
error-files = Файлы сейчас нельзя ни сохранить, ни прочитать. Ничего не изменено; повторите через минуту.
error-internal = Сервер ошибся и записал это в журнал. Ничего не сделано наполовину; повторите.
error-too-long = Не больше { $limit } символов.
error-email = Введите адрес вида name@example.com.
error-phone = Введите номер телефона: от 5 до 20 цифр.

error-field-changed = Тем временем кто-то другой записал сюда «{ $value }». Сохраните ещё раз, чтобы заменить.
error-field-emptied = Тем временем кто-то другой очистил это поле. Сохраните ещё раз, чтобы заполнить.
