error-title-not-found = Page not found
error-title-forbidden = Not allowed
error-title-unavailable = Not available right now
error-title-request = This did not work
error-title-internal = Something failed here
error-back = Go to Home
error-inbox = Go to inbox
error-status = Error { $status }
error-again = Send again
error-typed = What you wrote
error-files-again = Choose the files again
error-not-found = There is nothing at this address, or it is not yours to see.
error-sign-in = Sign in to go on.
error-forbidden = Your role does not allow this. Ask an admin of your team.
error-bad-request = The request could not be read. Reload the page and try again.
error-too-large = This is too large. The limit is { $limit } { $unit ->
    [kb] KB
   *[mb] MB
}.
error-too-slow = This took too long to arrive. Check your connection and send it again.
error-too-many = Too many requests. Try again in { $seconds ->
    [one] { $seconds } second
   *[other] { $seconds } seconds
}.
error-database = The database does not answer. Nothing was changed; try again in a moment.
error-files = Files can be neither stored nor read at the moment. Nothing was changed; try again in a moment.
error-internal = The server made a mistake and logged it. Nothing was half done; try again.
error-too-long = Use at most { $limit } characters.
error-email = Enter an address such as name@example.com.
error-phone = Enter a phone number with 5 to 20 digits.

error-field-changed = Somebody else changed it to “{ $value }” meanwhile. Save again to replace that.
error-field-emptied = Somebody else emptied it meanwhile. Save again to fill it in.
