customers-filters = Filters
customers-count = { $count ->
    [one] { $total } customer
   *[other] { $total } customers
}
customers-count-of = { $shown } of { $count ->
    [one] { $total } customer
   *[other] { $total } customers
}
customers-period-week = This week
customers-period-today = Today
customers-period-month = Last 30 days
customers-period-all = All time
customers-period-dates = Dates
customers-period-chip = First seen: { $period }
customers-from = First seen from
customers-to = First seen to
customers-dates-show = Show these dates
customers-tag = Tag
customers-tag-any = Any tag
customers-name = Name
customers-name-any = Any nickname
customers-id-number = A customer ID is a number.
customers-id = ID
customers-id-any = Any ID
customers-apply = Show
customers-reset = Reset
customers-none = No customers yet
customers-none-text = They appear here when they first write, or when you add them.
customers-none-period = Nobody new in this period
customers-none-period-text = No customer was first seen in the chosen period.
customers-none-found = Nobody matches
customers-none-found-text = Check the spelling, or widen the filters.
customers-show-all = Show all
customers-search-all = Search all time
customers-newest-first = Latest activity first
customers-col-customer = Customer
customers-phone = Phone
customers-email = Email
customers-responsible = Responsible
customers-tags = Tags
customers-activity = Last activity
customers-actions = Actions
customers-you = You
customers-blocked = Blocked
customers-blocked-long = Blocked
customers-blocked-by = Blocked by { $name }
customers-blocked-so = Nothing can be sent until they are unblocked.
customers-blocked-until = until { $date }
customers-paused = Paused
customers-callback = Callback
customers-callback-request = Callback

customers-active-conversation = Active conversation
customers-your = your customer
customers-free = free customer
customers-since = since { $date }
customers-go-to-conversation = Go to conversation
customers-see-conversation = View conversation
customers-more = More actions
customers-sections = Customer sections
customers-tab-profile = Profile
customers-tab-tags = Customer tags
customers-tab-interaction = Interaction
customers-contact = Contact customer
customers-in-contacts = Open in Contacts
customers-copy-link = Copy link
customers-copied = Link copied
customers-delete-menu = Delete customer…
customers-block = Add to blacklist
customers-block-ask = Ask to block…
customers-block-asked = Block requested
customers-unblock = Remove from Blacklist
customers-unblock-text = { $name } will be able to have conversations with you again. What they wrote meanwhile stays in the history.
customers-unblock-submit = Remove

customers-pending = Contact details are missing: add a phone or an email.
customers-pending-add = Add details
customers-fields = Fields
customers-edit-button = Edit
customers-edit = Edit customer
customers-nickname = Nickname
customers-real-name = Real name
customers-handles = Other messengers
customers-handles-hint = One a line, as in “QQ: 12345”.
customers-company = Company
customers-company-hint = A new name makes a new company.
customers-external-id = External ID
customers-external-id-hint = The customer’s number in your own system.
customers-language = Language
customers-note = Note
customers-add = Add
customers-service = Service
customers-nobody = Nobody
customers-take = Take
customers-release = Release
customers-save = Save
customers-save-over = Save over the newer values
customers-source = Source
customers-environment = Visit
customers-registered = First seen
customers-ip = IP address
customers-region = Region
customers-software = Software
customers-page = Page
customers-referrer = Came from
customers-claims = Not verified
customers-claims-text = The customer typed this about themselves. Nobody has checked it.
customers-claim-phone = Use this phone
customers-claim-email = Use this email
customers-duplicates = Possible duplicates
customers-changed-meanwhile = Somebody else changed this customer meanwhile. Compare, then save again.
customers-newer = The record now
customers-empty = empty
customers-staff-unknown = Choose a staff member from the list.
customers-tag-unknown = This tag no longer exists.
refused-bind = Another colleague is responsible. Ask a supervisor to change that.

customers-tags-on = On this customer
customers-tags-none = No tags yet.
customers-tags-others = Add a tag
customers-tags-no-others = There are no other tags.
customers-tags-manage = Manage tags
customers-tag-add = Add { $name }

customers-no-conversations = No conversations yet
customers-no-conversations-text = They appear here when the customer writes or is written to.
customers-conversations = Conversations
customers-conversation = Conversation
customers-number = No. { $id }
customers-channel = Channel
customers-operator = Operator
customers-started = Started
customers-ended = Ended
customers-length = Length
customers-minutes = { $count } min
customers-rating = Rating
customers-not-rated = not rated
customers-stars = { $count } of 5
customers-mean = { $mean } on average,
customers-ratings = { $count ->
    [one] { $count } rating
   *[other] { $count } ratings
}
customers-details = Details
customers-details-of = Details of conversation { $id }
customers-messages = Messages
customers-queued = Queued
customers-active = Active
customers-closed = Closed
customers-close-reason = Closed because
customers-close-note = Closing note

customers-message-through = Through
customers-message-account-label = Through
customers-message-account = Choose the channel to write through.
customers-message-files = Files
customers-message-empty = Write a message or attach a file.
customers-message-new = This opens a new conversation, assigned to you.
customers-message-send = Send
customers-message-no-channel = This customer has no channel yet through which you could write first.
customers-back = Back

customers-delete = Delete customer
customers-delete-warning = This cannot be undone. The record, its conversations, messages and files are destroyed.
customers-delete-accounts = Channel accounts
customers-delete-conversations = Conversations
customers-delete-messages = Messages
customers-delete-files = Files
customers-delete-total = Records in all
customers-delete-type = Type the number of records, { $count }, to confirm
customers-delete-submit = { $count ->
    [one] Delete { $count } record
   *[other] Delete { $count } records
}
customers-delete-wrong = Type the number of records shown above. It may have changed meanwhile.
external-write = Write by external ID
external-name-hint = For somebody new. Empty: known by the external ID.
external-id-missing = Enter the external ID of whoever you write to.
external-no-channel = No web chat and no app is connected. An admin connects one in Settings > Channels.
external-hint = The message waits for them in the web chat or the app.
refused-no-external-id = This customer has no external ID.
refused-external-id-of-another = Somebody else writes under this external ID.
