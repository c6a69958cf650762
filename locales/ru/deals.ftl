# Встроенная CRM: воронки продаж, стадии, сделки.
settings-pipelines = Воронки продаж
pipelines-hint = Сделки клиентов проходят по стадиям воронки до продажи или отказа.
pipelines-none = Воронок продаж пока нет
pipelines-none-text = С первой воронкой в карточках клиентов появится раздел сделок.
pipelines-order = Порядок воронок продаж
pipeline-add = Новая воронка продаж
pipeline-add-submit = Добавить воронку продаж
pipeline-name = Название
pipeline-name-missing = Введите название.
pipeline-name-taken = Воронка продаж с таким названием уже есть.
pipeline-currency = Валюта
pipeline-currency-hint = Три буквы, например RUB или EUR. Смена валюты не меняет сумм.
pipeline-currency-wrong = Введите три буквы валюты.
pipeline-stage-new = Новая
pipeline-stage-in-progress = В работе
pipeline-stage-won = Успех
pipeline-stage-lost = Отказ
pipeline-stages-count = { $count ->
    [one] { $count } стадия
    [few] { $count } стадии
   *[other] { $count } стадий
}
pipeline-delete = Удалить воронку продаж
pipeline-delete-title = Удалить воронку продаж
pipeline-delete-text = Вместе с ней удаляются её стадии. Воронка, в которой есть сделки, не удаляется.
pipeline-has-deals = { $count ->
    [one] В этой воронке { $count } сделка. Сначала перенесите её в другую или удалите.
    [few] В этой воронке { $count } сделки. Сначала перенесите их в другую или удалите.
   *[other] В этой воронке { $count } сделок. Сначала перенесите их в другую или удалите.
}
pipeline-has-many-deals = В этой воронке больше 999 сделок. Сначала перенесите их в другую или удалите.
deal-stages = Стадии
deal-stages-none = Стадий пока нет. Добавьте первую ниже.
deal-stage-open = В работе
deal-stage-won = Успех
deal-stage-lost = Отказ
deal-stage-kind = Что означает стадия
deal-stage-kind-missing = Выберите, что означает стадия.
deal-stage-name-taken = В этой воронке уже есть стадия с таким названием.
deal-stage-add = Новая стадия
deal-stage-add-submit = Добавить стадию
deal-stage-deals = { $count ->
    [one] { $count } сделка
    [few] { $count } сделки
   *[other] { $count } сделок
}
deal-stage-deals-many = 999+ сделок
deal-stage-delete = Удалить стадию
deal-stage-delete-title = Удалить стадию
deal-stage-delete-text = Стадия, на которой есть сделки, не удаляется.
deal-stage-has-deals = { $count ->
    [one] На этой стадии { $count } сделка. Сначала перенесите её на другую или удалите.
    [few] На этой стадии { $count } сделки. Сначала перенесите их на другую или удалите.
   *[other] На этой стадии { $count } сделок. Сначала перенесите их на другую или удалите.
}
deal-stage-has-many-deals = На этой стадии больше 999 сделок. Сначала перенесите их на другую или удалите.
deals = Сделки
deals-none = Сделок пока нет.
deal-add = Добавить сделку
deal-add-submit = Добавить сделку
deal-new = Новая сделка
deal-edit = Сделка
deal-title = Название
deal-title-missing = Введите название.
deal-amount = Сумма
deal-amount-hint = В валюте воронки продаж. Можно не заполнять.
deal-amount-wrong = Введите сумму, например 1200 или 99,50.
deal-stage = Стадия
deal-stage-missing = Выберите стадию.
deal-delete = Удалить сделку
deal-delete-final = Сделка будет удалена. Это нельзя отменить.
deal-move-to = Перенести «{ $title }» на стадию «{ $stage }»
deal-other-stage = Другая стадия
deal-changed-meanwhile = Сделку тем временем изменил кто-то другой. Сравните и сохраните ещё раз.
deal-moved-meanwhile = Тем временем кто-то другой перенёс сделку на стадию «{ $stage }».
