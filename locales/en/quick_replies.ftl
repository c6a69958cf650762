settings-quick-replies = Quick replies
quick-reply-add = New quick reply
quick-reply-find = Find by shortcut or text
quick-reply-shortcut = Shortcut
quick-reply-shortcut-hint = Typed behind a slash in the composer: letters, digits, - and _.
quick-reply-body = Text
quick-reply-body-hint = { "{" }name{ "}" } stands for the customer’s name, { "{" }me{ "}" } for yours.
quick-reply-empty = Write a text or attach a file.
quick-reply-files = Files
quick-reply-files-add = Add files
quick-reply-files-hint = Up to 10 files, 20 MB each. What a channel does not take is told before sending.
quick-reply-file-remove = Remove { $name }
quick-reply-file-gone = A file of the quick reply is not there any more. Take it off, or choose the reply again.
quick-reply-for = Who may use it
quick-reply-for-me = Only you
quick-reply-for-all = Everybody
quick-reply-shared = Shared
quick-reply-own = Personal
quick-reply-shared-hint = Supervisors and admins keep the shared quick replies.
quick-reply-delete = Delete
quick-reply-delete-of = Delete /{ $name }
quick-reply-delete-shared = It is shared and goes for everybody.
quick-replies-none = No quick replies yet
quick-replies-none-text = A quick reply is a prepared text, called in the composer by a slash and its shortcut.
quick-replies-not-found = No such quick reply
quick-replies-not-found-text = Look for another shortcut or another part of the text.
shortcut-missing = Enter a shortcut.
shortcut-wrong = Use letters, digits, - and _ only, without blanks.
shortcut-taken = There is a quick reply with this shortcut already.
slash-title = Quick replies and commands
slash-none = Nothing fits.
slash-count = { $count ->
    [0] Nothing fits
    [one] { $count } entry fits
   *[other] { $count } entries fit
}
