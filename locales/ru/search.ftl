search-title = Поиск
search-do = Найти
search-results = Результаты
search-count = { $count ->
    [one] { $count } клиент
    [few] { $count } клиента
   *[other] { $count } клиентов
}
search-first = { $count ->
    [one] Первый { $count } клиент
    [few] Первые { $count } клиента
   *[other] Первые { $count } клиентов
}
search-more = Подходят и другие клиенты. Уточните запрос, чтобы найти нужного.
search-all = Все результаты
search-start = Найдите клиента
search-start-hint = По имени, телефону, почте, внешнему ID, имени в мессенджере или номеру. Достаточно трёх символов.
search-short = Введите больше символов
search-short-hint = Поиск начинается с трёх символов.
search-nothing = Ничего не найдено
search-nobody = Никто не подходит под запрос «{ $q }».
search-offer = Создайте клиента и напишите первым:
search-create-in = Создать клиента и написать в { $channel }
search-create = Создать клиента
search-only-known = Бот { $channel } может писать только тем, кто уже написал ему.
search-active = Есть активное обращение
search-blocked = заблокирован
search-go = Перейти к обращению
search-send = Написать
search-history = История переписки
search-profile = Открыть профиль
search-number = №
search-address = также
search-key-choose = выбрать
search-key-open = открыть
