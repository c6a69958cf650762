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
words-kept = You were signed out. What you wrote is kept below; sign in, then send it again.
words-copy = You were signed out. What you wrote is below: copy it, sign in, then send it again.
words-title = Not sent yet
words-back = What you wrote is not sent yet
words-back-text = You are signed in again. Look at it, then send it again.
words-page = Go to the page without it
