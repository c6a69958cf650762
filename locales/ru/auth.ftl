login-title = Вход
login-email = E-mail
login-password = Пароль
login-submit = Войти
login-email-missing = Введите адрес e-mail.
login-password-missing = Введите пароль.
login-wrong = Такой пары e-mail и пароля здесь нет.
login-throttled = Слишком много попыток. Повторите через { $seconds ->
    [one] { $seconds } секунду
    [few] { $seconds } секунды
   *[many] { $seconds } секунд
}.
login-forgot = Забыли пароль? Попросите у администратора новую ссылку.
words-kept = Сеанс завершён. Ваш текст сохранён ниже: войдите и отправьте его снова.
words-copy = Сеанс завершён. Ваш текст ниже: скопируйте его, войдите и отправьте снова.
words-title = Ещё не отправлено
words-back = Ваш текст ещё не отправлен
words-back-text = Вы снова вошли. Проверьте текст и отправьте его снова.
words-page = Перейти к странице без него
