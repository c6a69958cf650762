home-serve = Serve users
home-today = Today
home-online = { $count ->
    [0] Nobody is online
    [one] { $count } person online
   *[other] { $count } people online
}
home-longest-wait = longest wait { $wait }
home-unread = Unread
home-unread-customers = { $count ->
    [one] from { $count } customer
   *[other] from { $count } customers
}
home-unread-none = everything is read
home-open = Open conversations
home-mine = { $count ->
    [0] none is yours
    [one] { $count } is yours
   *[other] { $count } are yours
}
home-waiting = Free and waiting
home-waiting-none = nobody is waiting
home-oldest = oldest waits { $wait }
home-reply = Median first reply
home-reply-today = today
home-reply-none = None yet
home-reply-none-hint = nobody was answered today
home-reply-faster = { $by } faster than { $day ->
    [d0] last Monday
    [d1] last Tuesday
    [d2] last Wednesday
    [d3] last Thursday
    [d4] last Friday
    [d5] last Saturday
   *[d6] last Sunday
}
home-reply-slower = { $by } slower than { $day ->
    [d0] last Monday
    [d1] last Tuesday
    [d2] last Wednesday
    [d3] last Thursday
    [d4] last Friday
    [d5] last Saturday
   *[d6] last Sunday
}
home-reply-same = as fast as a week ago
home-conversations = Conversations per day
home-conversations-said = Conversations per day: { $days }.
home-conversations-none = No conversations in the last 7 days
home-conversations-none-hint = They appear here as customers write.
home-week = last 7 days
home-others = Other
home-satisfaction = Satisfaction
home-satisfaction-said = Share of ratings with 4 and 5 stars: { $days }.
home-satisfaction-none = No ratings in the last 7 days
home-satisfaction-none-hint = Customers rate a conversation when it ends.
home-satisfaction-week = { $count ->
    [one] { $percent }% in 7 days, { $count } rating
   *[other] { $percent }% in 7 days, { $count } ratings
}
home-stars = 4 and 5 stars
home-no-channels = No channel is connected yet
home-no-channels-admin = Customers write through channels. Connect the first one: a web chat takes a minute.
home-no-channels-staff = Customers write through channels. An admin can connect one in the settings.
home-connect = Connect a channel
home-card-inbox = Answer customers
home-card-contacts = People and companies you may write to first
home-card-history = Every conversation, active and closed
home-card-reports = How much is written, how soon it is answered, how it is rated
home-card-customers = Find and filter customers
home-card-blacklist = Blocked customers and block requests
home-card-blacklist-requests = { $count ->
    [one] { $count } block request needs a decision
   *[other] { $count } block requests need a decision
}
home-card-lists = Named sets of customers
home-card-exports = Customers as a file
home-card-settings = Staff, channels, tags
home-card-demo = See the widget as customers do
home-mon = Mon
home-tue = Tue
home-wed = Wed
home-thu = Thu
home-fri = Fri
home-sat = Sat
home-sun = Sun
home-monday = Monday
home-tuesday = Tuesday
home-wednesday = Wednesday
home-thursday = Thursday
home-friday = Friday
home-saturday = Saturday
home-sunday = Sunday
