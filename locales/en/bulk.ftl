bulk-read = Mark as read
bulk-unread = Mark as unread
bulk-block = Block
bulk-unblock = Unblock
bulk-tags = Customer tags
bulk-add-tags = Add customer tags
bulk-remove-tags = Remove customer tags
bulk-lists = Lists
bulk-add-lists = Add to lists
bulk-remove-lists = Remove from lists
bulk-add = Add
bulk-remove = Remove
bulk-delete = Delete customers
bulk-read-all = Mark everything as read
bulk-bar = Selected customers
bulk-select = Select { $name }
bulk-select-loaded = Select all customers shown
bulk-select-none = Clear the selection
bulk-selected = selected
bulk-all = Select all that match…
bulk-choose = All that match
bulk-none = Nobody is selected. The customers may have been deleted or handed over meanwhile.
bulk-count = { $count ->
    [one] { $count } customer is selected.
   *[other] { $count } customers are selected.
}
bulk-count-all = { $count ->
    [one] { $count } customer matches the tab and the filters.
   *[other] { $count } customers match the tab and the filters.
}
bulk-vanished = { $count ->
    [one] { $count } of those you marked is not there any more, or you may not see them now.
   *[other] { $count } of those you marked are not there any more, or you may not see them now.
}
bulk-tags-which = Customer tags
bulk-tags-missing = Choose at least one customer tag.
bulk-no-tags = There are no customer tags yet.
bulk-lists-which = Lists
bulk-lists-missing = Choose at least one list.
bulk-no-lists = There are no lists yet.
bulk-reason-hint = One reason serves all of them.
bulk-delete-warning = The customers go for good, with their conversations, messages and files. There is no way back.
bulk-delete-type = Type { $count }, the number of customers, to delete them
bulk-delete-submit = { $count ->
    [one] Delete { $count } customer
   *[other] Delete { $count } customers
}
bulk-delete-unsubscribed = Delete unsubscribed
bulk-delete-unsubscribed-item = Delete unsubscribed…
bulk-unsubscribed-text = These are the customers who unsubscribed or blocked the bot wherever they had an account, and those on the blacklist. Whoever still has an account that can be written to stays, a web chat or an app included. Who is on the blacklist stays blocked: if they write again, they come back as a new record and land there at once.
bulk-unsubscribed-list = Show who has unsubscribed
bulk-unsubscribed-blacklist = Show the blacklist
bulk-unsubscribed-none = Nobody has unsubscribed, and nobody is on the blacklist.
bulk-unsubscribed-count = { $count ->
    [one] { $count } customer has unsubscribed or is on the blacklist.
   *[other] { $count } customers have unsubscribed or are on the blacklist.
}
bulk-number-wrong = This is not the number of customers. Nobody was deleted.
bulk-why-gone = not there any more, or not yours to see
refused-still-subscribed = can be reached again and is not on the blacklist
bulk-why-failed = an error; nothing was changed
bulk-why-refused = the state of things had no room for it
batch-title = Runs of bulk actions
batch-never = Nothing has been done to many customers yet
batch-hint = Mark customers in the inbox and choose what becomes of them.
batch-inbox = Go to the inbox
batch-done = Done
batch-failed = Not done
batch-no-right = Stopped: whoever started this may not do it any more.
batch-more = And { $count } more.
