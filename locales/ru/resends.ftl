resend-item = Отправить ошибочные сообщения повторно…
resend-title = Повторные отправки
resend-new-title = Повторная отправка ошибочных сообщений
resend-hint = Последнее сообщение уйдёт ещё раз каждому клиенту, у которого оно не отправилось. Новые обращения не создаются.
resend-since = Ошибка не раньше
resend-since-wrong = Выберите день.
resend-kind = Мессенджер
resend-kind-all = Все мессенджеры
resend-kind-wrong = Выберите мессенджер из списка.
resend-interval = Секунд между сообщениями
resend-interval-hint = От 0 до 3600.
resend-interval-wrong = Введите целое число секунд от 0 до { $limit }.
resend-count = { $count ->
    [one] Повторно уйдёт { $count } сообщение.
    [few] Повторно уйдут { $count } сообщения.
   *[other] Повторно уйдут { $count } сообщений.
}
resend-count-passed = { $count ->
    [one] { $count } пропускается: клиент заблокирован или отписался, либо канал на паузе.
   *[other] { $count } пропускаются: клиенты заблокированы или отписались, либо канал на паузе.
}
resend-passed-show = У кого не дошли сообщения
resend-count-again = Пересчитать
resend-none = Повторно отправлять нечего.
resend-going = Повторная отправка уже идёт. Дождитесь её конца или остановите её.
resend-start = Отправить повторно
run-stop = Остановить
resend-note = Повторная отправка: { $done } из { $total }
resend-never = Повторных отправок ещё не было
run-progress = Ход отправки
run-done-of = { $done } из { $total }
run-state-going = Идёт
run-state-stopped = Остановлена
run-state-broken = Ошибка
run-broken = Прервано из-за ошибки: до чего дело не дошло, осталось как было. Администраторы найдут ошибку в разделе «Настройки → Общие».
run-state-done = Завершена
resend-sent = Отправлено
resend-waiting = В пути
resend-failed = Снова ошибка
resend-passed = Пропущено
run-by = Кто начал
