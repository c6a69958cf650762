settings-profile = My profile
settings-staff = Staff
settings-channels = Channels
settings-customer-tags = Customer tags
settings-conversation-tags = Conversation tags
settings-rules = Rules
settings-own = Yours
settings-desk = The desk
settings-general = General
settings-save = Save
settings-edit = Edit
settings-done = Done
order-up = Move up: { $name }
order-down = Move down: { $name }
settings-actions = Actions

profile-language-auto = As the desk or the browser has it
password-title = Password
password-old = Current password
password-old-missing = Enter your current password.
password-old-wrong = This is not your current password.
password-new = New password
password-again = New password again
password-hint = 10 to 200 characters.
password-short = Use at least { $limit } characters.
password-long = Use at most { $limit } characters.
password-differs = The two passwords differ.
password-change = Change password
password-ends-sessions = Changing the password ends your sessions in other browsers.
notify-title = Notifications in this browser
notify-hint = While no page of the desk is in sight, the system says when messages of your customers are waiting.
notify-on = Switch on
notify-off = Switch off
notify-denied = This browser does not let the desk notify you. You can allow it in the browser's settings for this address.
sessions-title = Sessions
sessions-none = Not signed in anywhere.
sessions-end-others = Sign out everywhere else
session-browser-unknown = Unknown browser
session-seen = last seen { $time }
session-begun = signed in { $time }
session-this = This session
session-end = Sign out

staff-count = { $count ->
    [one] { $count } staff member. The role decides what they can open and change.
   *[other] { $count } staff members. The role decides what they can open and change.
}
staff-member = Staff member
staff-name = Name
staff-name-missing = Enter a name.
staff-name-hint = Customers of the web chat see it. Empty: the part of the e-mail before the @.
staff-email-hint = They sign in with it. Who is signed in stays signed in.
staff-role = Role
staff-role-missing = Choose a role.
staff-role-hint = Operators answer customers; supervisors also decide on blocks and see everyone’s history; admins also change the settings.
staff-status = Status
staff-last-seen = Last seen
staff-never-seen = no session
staff-disabled = Disabled
staff-add = Add staff member
staff-add-submit = Add and show the link
staff-add-hint = You get a link to pass on. It works once, for 24 hours, and lets them set their password.
staff-email-taken = A staff member with this e-mail is here already.
staff-link-title = One-time link
staff-link-text = Pass this link on to { $name }. It works once, for 24 hours, and sets the password.
staff-link-label = Link
staff-link-once = The link is shown only now. If it gets lost, make a new one.
staff-access = Access
staff-reset = Make a link for a new password
staff-reset-hint = Ends the sessions. The old password works until a new one is set.
staff-disable = Disable
staff-disable-hint = Refuses the sign-in and ends the sessions at once. What they wrote stays.
staff-hand-over = Hand over
staff-handing-over = They are being handed over in the background.
staff-has = Open conversations: { $conversations }. Customers: { $customers }.
staff-has-nothing = They have no open conversations and no customers.
staff-takes-over = Who takes over
staff-takes-over-nobody = Nobody
staff-takes-over-hint = A colleague gets the conversations and the customers. With nobody the conversations go back to the queue and the customers are free. Enabling the account again gives nothing back.
staff-enable = Enable
staff-enable-hint = Lets them sign in again with their password.
staff-own-role = Your own role can be changed by another admin only.
staff-own-account = Nobody can disable their own account.
staff-own-password = Change your own password in your profile.
staff-is-disabled = This account is disabled. Enable it first.
staff-last-admin = This is the last enabled admin. Make another one first.
staff-channels = New conversations
staff-channels-hint = Where new conversations are given out automatically, this person gets those of the channels chosen here; none chosen: of every channel. What they see stays the same.
staff-channel-unknown = A chosen channel is no longer here.

customer-tag-add = New tag
tag-add = New tag
tag-add-submit = Add tag
tag-name = Name
tag-name-missing = Enter a name.
tag-name-taken = There is a tag with this name already.
tag-colour = Colour
tag-hue-missing = Choose a colour.
tag-hue-1 = Red
tag-hue-2 = Orange
tag-hue-3 = Yellow
tag-hue-4 = Green
tag-hue-5 = Teal
tag-hue-6 = Blue
tag-hue-7 = Violet
tag-hue-8 = Pink
tag-rename = Rename
tag-delete = Delete tag
tag-delete-title = Delete the tag
tag-delete-final = This cannot be undone.
tag-delete-customers = { $count ->
    [0] No customer carries this tag.
    [one] It is taken off { $count } customer.
   *[other] It is taken off { $count } customers.
}
tag-delete-many = It is taken off more than 999 customers.
tag-delete-conversations = { $count ->
    [0] No conversation carries this tag.
    [one] It is taken off { $count } conversation.
   *[other] It is taken off { $count } conversations.
}
tag-delete-many-conversations = It is taken off more than 999 conversations.
tag-delete-below = { $count ->
    [one] { $count } tag below it goes, too.
   *[other] { $count } tags below it go, too.
}
tag-customers = { $count ->
    [one] { $count } customer
   *[other] { $count } customers
}
tag-customers-many = 999+ customers
tag-conversations = { $count ->
    [one] { $count } conversation
   *[other] { $count } conversations
}
tag-conversations-many = 999+ conversations
tag-level = level { $level }
tag-below = New tag below this one
tag-below-submit = Add below
tag-too-deep = Tags have three levels at most.
tag-parent-wrong = The tag above is not there any more. Reload the page.
customer-tags-none = No customer tags yet
customer-tags-none-text = A tag is a coloured mark on a customer, such as VIP or wholesale.
conversation-tags-hint = A subject at the top level, such as Delivery. Subjects below it are added there.
conversation-tags-none = No conversation tags yet
conversation-tags-none-text = Tags say what a conversation was about, on up to three levels.

channels-hint = Where customers write from.
channels-none = No channels yet
channels-none-text = Connect a web chat to put a chat button on your site, or an app that talks to the API.
channel-name = Name
channel-name-missing = Enter a name.
channel-name-hint = For staff, to tell channels apart.
channel-kind = Messenger
channel-health = Health
channel-health-unconnected = Not connected
channel-health-paused = Paused
channel-health-quiet = Nothing has come or gone yet
channel-health-fine = Working, last success { $time }
channel-health-failing = Failing, last failure { $time }
channel-last-error = Last error
channel-set-up = Set up
channel-connect = Connect
channel-connect-webchat-hint = Next you get the line to put into your site, and choose what visitors see.
channel-connect-app-hint = Next you make a token for the API and try the webhook.
channel-connect-one = Connect channel
channel-field-missing = Fill in this field.
channel-secret-again = Type this again: what is stored is not shown to another server.
channel-test = Test connection
channel-test-good = The connection works.
channel-test-good-as = The connection works: { $who }
channel-changed-meanwhile = Somebody else changed this channel meanwhile. Save again.
channel-test-failed = The connection does not work: { $words }
channel-paused = Paused
channel-pause = Pause
channel-enable = Enable
channel-settings = Settings
channel-snippet = Put it on your site
channel-snippet-hint = Put this line before </body> on each page that shows the chat.
channel-origins = Sites that may show the chat
channel-origins-hint = One a line, for example https://shop.example. Empty: any site.
channel-origin-wrong = “{ $line }” is not a site. Write it as https://shop.example, without a path.
channel-origins-many = Use at most { $limit } sites.
channel-greeting = Greeting
channel-greeting-hint = Shown before the first message. Empty: the usual words in the visitor’s language.
channel-offline-note = Note when nobody is online
channel-offline-note-hint = Empty: the usual words in the visitor’s language.
channel-ask = Before the first message, ask for
channel-ask-name = Name
channel-ask-email = Email
channel-ask-phone = Phone
channel-ask-hidden = Do not ask
channel-ask-optional = Optional
channel-ask-required = Required
channel-position = Place of the button
channel-position-end = Lower right corner
channel-position-start = Lower left corner
channel-accent = Colour
channel-accent-hint = White text stands on it.
channel-accent-wrong = Choose a colour.
channel-accent-light = Choose a darker colour: white text must be readable on it.
channel-webhook = Webhook address
channel-webhook-hint = Events are posted here, signed. Empty: the app asks for them.
channel-webhook-wrong = Enter an address that begins with https://, without user and password.
channel-secret-title = Secret
channel-secret-new = Make a new secret
channel-secret-replace-hint = A new secret ends the old one at once.
channel-identity-secret = Identity secret
channel-identity-secret-hint = Your server signs the external ID of a known visitor with it (HMAC-SHA-256, in hex).
channel-webhook-secret = Webhook secret
channel-webhook-secret-hint = Your server checks the signature with it: Switchboard-Signature is v1= and the hex HMAC-SHA-256 of timestamp.body.
channel-disconnect-title = Disconnect
channel-disconnect = Disconnect
channel-disconnect-hint = Removes the channel with its settings and tokens. Nobody has used it yet.
channel-in-use = Customers have written through this channel, so it stays for their history. While it is connected it can be paused.
secret-copy = Copy it now
secret-once = It is shown only now and cannot be read again.
tokens-title = API tokens
tokens-none = No tokens. An app needs one to call the API.
tokens-where = Tokens are made on the page of an app:
tokens-no-apps = No apps yet
tokens-no-apps-text = Tokens are for a company’s own app, which calls the API.
tokens-connect-app = Connect an app
token-what = Token
token-made-at = Made
token-used-at = Last used
token-name = Name of a new token
token-name-missing = Enter a name.
token-name-hint = What uses it, for example: shop server.
token-add = Make token
token-new = API token
token-new-hint = Send it in the header Authorization: Bearer.
token-made = made { $time }
token-used = last used { $time }
token-unused = never used
token-revoke = Revoke

general-business = Name of the business
general-business-hint = Visitors read it in the chat; staff on the sign-in page.
general-language = Language of the desk
general-language-hint = For staff who have not chosen one.
general-language-auto = As the browser asks
general-language-reset = Somebody else set it to “{ general-language-auto }” meanwhile. Save again to replace that.
general-see-others = Operators see customers of other operators
general-see-others-hint = Off: an operator sees their own customers and those who are free.
rules-require-tag = Every conversation needs a tag
rules-require-tag-hint = On: whoever writes first, or closes a conversation, chooses a conversation tag. It takes effect once there are tags.
rules-distribute = Give new conversations to operators automatically
rules-distribute-hint = On: a new conversation goes to the customer’s responsible operator if they are online, otherwise to the online operator with the fewest active ones. While nobody is online it waits.
rules-at-most = At most so many conversations at a time
rules-at-most-hint = Whoever has as many is given no more until they close one. They may still take some by hand. Empty: no limit.
rules-at-most-wrong = Write a number from 1 to { $limit }, or nothing.
rules-serving = Who is given new conversations
rules-serving-all = Of all channels
rules-serving-nobody = There are no operators yet. Whoever is responsible for a customer is given theirs.

# Work that has failed for good.
work-title = Work that failed
work-hint = These jobs in the background were tried several times. Where somebody waited for one, they have been told.
work-tries = { $count ->
    [one] { $count } try
   *[other] { $count } tries
}
work-again = Try again
work-remove = Remove from the list
work-over = There is nothing left to try again.

# Before what cannot be undone.
ask-secret = Make a new secret for { $name }
ask-secret-text = The old secret stops working at once. Whatever uses it is refused until it has the new one.
ask-disconnect = Disconnect { $name }
ask-disconnect-text = The channel goes with its settings and tokens. Nobody has used it yet. This cannot be undone.
ask-revoke = Revoke { $name }
ask-revoke-text = Programs with this token are refused at once. This cannot be undone.
ask-template = Delete { $name }
ask-template-text = Nobody can send this template any more. Messages that were sent with it stay. This cannot be undone.
