telegram-token = Токен бота
telegram-token-hint = Его выдаёт @BotFather в Telegram. Он хранится зашифрованным и больше не показывается.
telegram-token-wrong = Скопируйте токен целиком, например 123456789:AAE…
telegram-way = Как приходят сообщения
telegram-way-hint = Для вебхуков нужен адрес этой установки, доступный Telegram по https.
telegram-way-auto = По вебхуку, если возможно, иначе опросом
telegram-way-polling = Всегда опросом
telegram-connect-hint = Создайте бота в Telegram через @BotFather и скопируйте сюда его токен.
