# Воронки: сценарии бота.
settings-funnels = Воронки
funnels-hint = Воронка — это сценарий бота. Он общается с новыми клиентами, пока не подключится сотрудник.
funnels-none = Воронок пока нет
funnels-none-text = В воронке бот приветствует новых клиентов и узнаёт, с чем они пришли, — блок за блоком.
funnels-order = Порядок воронок
funnels-order-text = Если с одними и теми же новыми клиентами начинают две воронки, работает верхняя.
funnel-add = Новая воронка
funnel-add-submit = Добавить воронку
funnel-name = Название
funnel-name-missing = Введите название.
funnel-name-taken = Воронка с таким названием уже есть.
funnel-on = Включена
funnel-off = Выключена
funnel-enabled = Бот работает в этой воронке
funnel-enabled-hint = Выключено: клиенты остаются в своих блоках, бот молчит.
funnel-starts = Начинается для новых клиентов
funnel-starts-nowhere = Ни для кого: клиентов добавляют сотрудники и программы
funnel-starts-everywhere = Всех каналов, кроме почты
funnel-starts-chosen = Этих каналов:
funnel-starts-missing = Выберите, где начинается воронка.
funnel-channels-missing = Выберите хотя бы один канал.
funnel-blocks-count = { $count ->
    [one] { $count } блок
    [few] { $count } блока
   *[other] { $count } блоков
}
funnel-delete = Удалить воронку
funnel-delete-title = Удалить воронку
funnel-delete-text = Вместе с ней удаляются её блоки. Клиенты из этих блоков не будут ни в одном; их сообщения останутся.
funnel-blocks = Блоки
funnel-blocks-text = Новые клиенты попадают в первый блок.
funnel-blocks-none = Блоков пока нет
funnel-blocks-none-text = Без блоков воронка не начинается. Добавьте первый блок ниже.
funnel-block-add = Новый блок
funnel-block-add-submit = Добавить блок
funnel-block-name-taken = В этой воронке уже есть блок с таким названием.
funnel-block-text = Что говорит бот
funnel-block-text-hint = Отправляется, когда клиент попадает в блок. Вместо { "{" }name{ "}" } подставляется имя клиента. Если пусто, бот молчит.
funnel-next = Следующее сообщение клиента ведёт в
funnel-next-none = Дальше блоков нет: отвечают сотрудники
funnel-next-unknown = Выберите другой блок этой воронки.
funnel-next-is = затем { $name }
funnel-block-customers = { $count ->
    [one] { $count } клиент
    [few] { $count } клиента
   *[other] { $count } клиентов
}
funnel-block-customers-many = 999+ клиентов
funnel-block-delete = Удалить блок
funnel-block-delete-title = Удалить блок
funnel-block-delete-count = { $count ->
    [0] В этом блоке никого нет.
    [one] В этом блоке { $count } клиент. Он не будет ни в одном блоке.
    [few] В этом блоке { $count } клиента. Они не будут ни в одном блоке.
   *[other] В этом блоке { $count } клиентов. Они не будут ни в одном блоке.
}
funnel-block-delete-many = В этом блоке более 999 клиентов. Они не будут ни в одном блоке.
funnel-block-delete-final = Блоки, которые вели сюда, больше никуда не ведут. Отменить это нельзя.
funnel-block = Блок воронки
funnel-block-none = Ни в одном блоке
funnel-block-move = Перевести
funnel-block-unknown = Выберите блок из списка.
