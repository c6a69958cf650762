api-json = Тело запроса не подходит: { $why }.
api-external-id = Внешний ID — строка от 1 до 200 символов без управляющих символов.
api-client-uuid = Дайте каждому сообщению и каждой сделке собственный UUID.
api-deal-amount = Сумма — число сотых долей от 0 до 999999999999.
api-request = Запрос не удалось прочитать: { $why }.
api-token = Нужен действующий токен: Authorization: Bearer TOKEN.
