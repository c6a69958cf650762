# Поля и переменные.
settings-custom-fields = Поля
fields-add = Новое поле
fields-add-submit = Добавить поле
fields-name = Название
fields-name-hint = Например, «Город доставки». Значения, которые есть у клиентов под этим же названием, с этого момента принадлежат полю.
fields-name-missing = Введите название.
fields-name-taken = Поле с таким названием уже есть.
fields-name-in-use = У некоторых клиентов, кроме значения этого поля, есть переменная с таким названием. Одно из двух потерялось бы, поэтому выберите другое название.
fields-none = Своих полей пока нет.
fields-order = Порядок полей
fields-order-text = В таком порядке поля показаны в профилях и на панели клиента. Свои поля можно скрыть, системные можно только переставить.
fields-system = Системное
fields-rename = Переименовать
fields-rename-hint = Значения всех клиентов переходят к новому названию. Выгрузки и фильтры тоже работают по нему.
fields-hidden = Скрыто
fields-hide = Скрыть
fields-show = Показать
fields-delete = Удалить поле
fields-delete-title = Удалить поле
fields-delete-count = { $count ->
    [0] Ни у одного клиента это поле не заполнено.
    [one] Это поле заполнено у { $count } клиента.
   *[other] Это поле заполнено у { $count } клиентов.
}
fields-delete-many = Это поле заполнено более чем у 999 клиентов.
fields-delete-values = Что будет со значениями
fields-delete-keep = Оставить их переменными клиентов
fields-delete-too = Удалить и их. Отменить это нельзя.
fields-variables = Переменные
fields-variable-add = Добавить переменную
fields-variable-name = Переменная
fields-variable-hint = Регистр важен: «Размер» и «размер» — две разные переменные.
fields-variable-value = Значение
fields-variable-delete = Удалить
fields-variable-there = У клиента уже есть переменная с таким названием. Измените её.
fields-value-missing = Введите значение.
