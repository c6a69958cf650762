shell-skip = Skip to content
shell-connection-lost = Connection lost. Trying again…
shell-signed-out = Your session has ended.
shell-sign-in = Sign in again

nav-main = Main
nav-brand = Switchboard, home
nav-home = Home
nav-conversations = Conversations
nav-inbox = Inbox
nav-contacts = Contacts
nav-oversee = Oversee
nav-history = History
nav-reports = Reports
nav-manage = Manage
nav-customers = Customers
nav-blacklist = Blacklist
nav-lists = Lists
nav-exports = Exports
nav-settings = Settings
nav-more = More
nav-unread = { $count } unread

search-label = Search customers by name, phone, email or ID
search-placeholder = Search name, phone, email, ID
search-busy = Searching…
search-open = Search
search-close = Close search

presence-label = Status
presence-online = Online
presence-away = Away
presence-away-hint = no new conversations
presence-offline = Offline

menu-account = Account menu, { $name }
menu-theme = Theme
menu-language = Language
menu-profile = My profile
menu-help = Help and shortcuts
menu-log-out = Log out
theme-auto = System
theme-light = Light
theme-dark = Dark
language-en = English
language-ru = Русский
role-operator = Operator
role-supervisor = Supervisor
role-admin = Admin

help-title = Keyboard shortcuts
help-key-search = Search customers
help-key-arrows = Move through search results and menus
help-key-customers = Inbox: next and previous customer
help-key-reply = Inbox: write a reply
help-key-comment = Inbox: write a comment
help-key-send = Send the message
help-key-newline = New line in a message
help-key-close = Close a menu, a dialog or the search
help-key-help = Show this list

toast-region = Notifications
toast-dismiss = Dismiss
toast-undo = Undo
toast-error = The server could not do this. Try again.
toast-offline = No connection to the server. Try again.
toast-signed-out = You are logged out. Reload the page to log in.
toast-forbidden = Your role does not allow this.
toast-gone = This no longer exists. Reload the page.
toast-conflict = Somebody else changed this meanwhile. Reload the page.
toast-too-large = The file is too large.
toast-busy = Too many requests. Wait a moment, then try again.

channel-webchat = Web chat
channel-app = App
channel-email = Email
channel-telegram = Telegram
channel-whatsapp = WhatsApp
channel-viber = Viber

ui-close = Close
ui-cancel = Cancel
ui-pages = Pages
ui-previous = Previous
ui-next = Next
ui-remove-tag = Remove { $name }
