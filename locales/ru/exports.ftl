export-title = Выгрузка клиентов
export-profiles = Выгрузить профили
export-list = Скачать список…
export-new = Новая выгрузка
export-none = Выгрузок ещё нет
export-none-text = Выгрузка — это файл с клиентами списка: со всеми или с теми, кого показывают фильтры.
export-kept = { $count ->
    [one] Файлы хранятся { $count } день. Скачать файл могут администраторы и тот, кто его заказал.
    [few] Файлы хранятся { $count } дня. Скачать файл могут администраторы и тот, кто его заказал.
   *[other] Файлы хранятся { $count } дней. Скачать файл могут администраторы и тот, кто его заказал.
}
export-col-what = Выгрузка
export-col-by = Кто заказал
export-col-state = Состояние
export-col-actions = Действия
export-you = Вы
export-rows = { $count ->
    [one] { $count } клиент
    [few] { $count } клиента
   *[other] { $count } клиентов
}
export-everybody = Все клиенты
export-dates = Первое обращение: { $text }
export-since = Первое обращение с { $text }
export-name = Имя: { $text }
export-id = ID: { $text }
export-tag = Метка: { $text }
export-tag-gone = удалённая метка
export-tab = Входящие: { $text }
export-search = Поиск: { $text }
export-state-waiting = Ждёт очереди
export-state-making = Собираем клиентов
export-state-ready = Готова
export-state-expired = Срок истёк
export-state-too-large = Слишком большая
export-state-failed = Ошибка
export-done-of = { $done } из { $total }
export-progress = Ход выгрузки
export-valid-until = Доступна до { $date }
export-deleted-on = Удалена { $date }
export-too-large = Предел для файла — 50 МБ. Сузьте фильтр и выгрузите по частям.
export-failed-rights = Тот, кто заказал выгрузку, больше не имеет на неё права.
export-failed-storage = Файл не удалось сохранить. Проверьте диск или хранилище файлов.
export-failed-interrupted = Сервер несколько раз останавливался, пока файл создавался. Повторите.
export-failed-internal = На сервере произошла ошибка, подробности в его журнале. Повторите.
export-download = Скачать
export-download-label = Скачать: { $name }
export-again = Создать заново
export-try-again = Повторить
export-narrow = Изменить фильтр
export-count = { $count ->
    [0] Под фильтр никто не подходит: в файле будут только названия столбцов.
    [one] В файле будет { $count } клиент.
    [few] В файле будет { $count } клиента.
   *[other] В файле будет { $count } клиентов.
}
export-format = Формат
export-csv-hint = все столбцы, для других программ
export-xlsx-hint = основные столбцы, для Excel
export-limits = Файл создаётся в фоне и 7 дней ждёт в разделе «Выгрузки». Предел — 50 МБ.
export-start = Выгрузить
export-view-wrong = Список неизвестен. Начните с раздела «Клиенты» или «Входящие».
export-format-wrong = Выберите CSV или XLSX.
export-gone = Этого файла больше нет
export-gone-text = Он был доступен до { $date }. Создайте выгрузку заново, чтобы получить клиентов в их нынешнем виде.
