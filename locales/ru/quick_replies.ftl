settings-quick-replies = Быстрые ответы
quick-reply-add = Новый быстрый ответ
quick-reply-find = Найти по сокращению или тексту
quick-reply-shortcut = Сокращение
quick-reply-shortcut-hint = Вводится после косой черты в поле сообщения: буквы, цифры, - и _.
quick-reply-body = Текст
quick-reply-body-hint = { "{" }name{ "}" } — имя клиента, { "{" }me{ "}" } — ваше имя.
quick-reply-empty = Напишите текст или приложите файл.
quick-reply-files = Файлы
quick-reply-files-add = Добавить файлы
quick-reply-files-hint = До 10 файлов, до 20 МБ каждый. Чего канал не принимает, вы узнаете до отправки.
quick-reply-file-remove = Убрать { $name }
quick-reply-file-gone = Файла этого быстрого ответа уже нет. Уберите его или выберите ответ снова.
quick-reply-for = Кому доступен
quick-reply-for-me = Только вам
quick-reply-for-all = Всем
quick-reply-shared = Общий
quick-reply-own = Личный
quick-reply-shared-hint = Общие быстрые ответы ведут супервизоры и администраторы.
quick-reply-delete = Удалить
quick-reply-delete-of = Удалить /{ $name }
quick-reply-delete-shared = Ответ общий: он исчезнет у всех.
quick-replies-none = Быстрых ответов пока нет
quick-replies-none-text = Быстрый ответ — заготовленный текст; в поле сообщения его вызывают косой чертой и сокращением.
quick-replies-not-found = Такого быстрого ответа нет
quick-replies-not-found-text = Поищите другое сокращение или другую часть текста.
shortcut-missing = Введите сокращение.
shortcut-wrong = Только буквы, цифры, - и _, без пробелов.
shortcut-taken = Быстрый ответ с таким сокращением уже есть.
slash-title = Быстрые ответы и команды
slash-none = Ничего не подходит.
slash-count = { $count ->
    [0] Ничего не подходит
    [one] Подходит { $count } вариант
    [few] Подходят { $count } варианта
   *[other] Подходят { $count } вариантов
}
