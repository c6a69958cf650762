list-add = Новый список
list-add-submit = Добавить список
list-name = Название
list-name-missing = Введите название.
list-name-taken = Список с таким названием уже есть.
list-none = Списков пока нет
list-none-text = Список — это набор клиентов под одним названием: например, подписчики рассылки.
list-actions = Действия
list-customers = { $count ->
    [one] { $count } клиент
    [few] { $count } клиента
   *[other] { $count } клиентов
}
list-customers-many = 999+ клиентов
list-export = Выгрузить клиентов
list-export-label = Выгрузить клиентов: { $name }
list-rename = Переименовать список
list-rename-label = Переименовать список: { $name }
list-delete = Удалить список
list-delete-label = Удалить список: { $name }
list-delete-customers = { $count ->
    [0] В этом списке никого нет.
    [one] В этом списке { $count } клиент, он останется в базе.
    [few] В этом списке { $count } клиента, они останутся в базе.
   *[other] В этом списке { $count } клиентов, они останутся в базе.
}
list-delete-final = Сам список вернуть нельзя.
list-one = Список: { $text }
list-gone = удалённый список
customers-lists = Списки
customers-list-add = Добавить в список
customers-list-unknown = Такого списка больше нет.
inbox-tags-and-lists = Метки и списки
