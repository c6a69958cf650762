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
