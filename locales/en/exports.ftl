export-title = Export customers
export-profiles = Export profiles
export-list = Download the list…
export-new = New export
export-none = No exports yet
export-none-text = An export is a file with the customers of a list: all of them, or those that the filters show.
export-kept = { $count ->
    [one] Files are kept for { $count } day. A file can be downloaded by admins and by whoever ordered it.
   *[other] Files are kept for { $count } days. A file can be downloaded by admins and by whoever ordered it.
}
export-col-what = Export
export-col-by = Ordered by
export-col-state = State
export-col-actions = Actions
export-you = You
export-rows = { $count ->
    [one] { $count } customer
   *[other] { $count } customers
}
export-everybody = All customers
export-dates = First seen: { $text }
export-since = First seen since { $text }
export-name = Name: { $text }
export-id = ID: { $text }
export-tag = Tag: { $text }
export-tag-gone = a deleted tag
export-tab = Inbox: { $text }
export-search = Search: { $text }
export-state-waiting = Waiting for its turn
export-state-making = Collecting customers
export-state-ready = Ready
export-state-expired = Expired
export-state-too-large = Too large
export-state-failed = Failed
export-done-of = { $done } of { $total }
export-progress = Export progress
export-valid-until = Valid until { $date }
export-deleted-on = Deleted on { $date }
export-too-large = The limit for a file is 50 MB. Narrow the filter and export in parts.
export-failed-rights = Whoever ordered it may no longer do so.
export-failed-storage = The file could not be stored. Check the disk or the file storage.
export-failed-interrupted = The server was stopped several times while the file was being made. Try again.
export-failed-internal = Something went wrong on the server. Its log says what. Try again.
export-download = Download
export-download-label = Download: { $name }
export-again = Make again
export-try-again = Try again
export-narrow = Change the filter
export-count = { $count ->
    [0] Nobody matches the filter: the file will hold the column names only.
    [one] The file will hold { $count } customer.
   *[other] The file will hold { $count } customers.
}
export-format = Format
export-csv-hint = all columns, for other programs
export-xlsx-hint = the main columns, for Excel
export-limits = It is made in the background and waits under Exports for 7 days. The limit is 50 MB.
export-start = Export
export-view-wrong = The list is not known. Start again from the Customers page or the inbox.
export-format-wrong = Choose CSV or XLSX.
export-gone = This file is no longer there
export-gone-text = It was valid until { $date }. Make the export again to get the customers as they are now.
