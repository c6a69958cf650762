login-title = Sign in
login-email = Email
login-password = Password
login-submit = Sign in
login-email-missing = Enter your email address.
login-password-missing = Enter your password.
login-wrong = This email and password do not match an account here.
login-throttled = Too many tries. Try again in { $seconds ->
    [one] { $seconds } second
   *[other] { $seconds } seconds
}.
login-forgot = Forgot the password? Ask an admin of this desk for a new link.
