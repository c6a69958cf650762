reports-filters = Filters
reports-period = Period
reports-period-today = Today
reports-period-week = 7 days
reports-period-month = 30 days
reports-period-quarter = 90 days
reports-period-year = Year
reports-period-dates = Dates
reports-from = From
reports-to = To
reports-channel = Channel
reports-all-channels = All
reports-operator = Operator
reports-everyone = Everyone
reports-show = Show
reports-reset = Reset
reports-future = This day has not come yet.
reports-reversed = The period ends before it begins.
reports-too-long = Choose { $days } days at most.
reports-wrong = No period to show
reports-wrong-text = Change the dates above.
reports-span = { $from } – { $to }, compared with { $since } – { $until }
reports-day = { $day }, compared with { $before }
reports-download = Download CSV
reports-nothing = Nothing happened in this period
reports-nothing-text = Conversations that are opened, closed or rated appear here.
reports-nothing-narrow = Nothing fits these filters
reports-nothing-narrow-text = Choose another period, channel or operator.
reports-counting = { $count ->
    [one] { $count } day is still being counted
   *[other] { $count } days are still being counted
}
reports-counting-text = The figures appear by themselves in a few minutes. The latest days are counted first: shorter periods are there sooner.
reports-opened = Opened
reports-opened-by-customers = { $count ->
    [one] { $count } by a customer
   *[other] { $count } by customers
}
reports-opened-theirs = On these days, and theirs when the day was over.
reports-closed = Closed
reports-first-reply = Average first reply
reports-replied = { $count ->
    [one] { $count } replied to
   *[other] { $count } replied to
}
reports-time-to-close = Average time to close
reports-rating = Average rating
reports-rated = { $count ->
    [one] { $count } rated
   *[other] { $count } rated
}
reports-none = None
reports-before-none = none before
reports-before-same = about as many as before
reports-before-more = { $percent }% more than before
reports-before-less = { $percent }% less than before
reports-before-faster = { $by } faster than before
reports-before-slower = { $by } slower than before
reports-before-as-fast = as fast as before
reports-before-higher = { $by } higher than before
reports-before-lower = { $by } lower than before
reports-before-as-high = as high as before
reports-chart-by-day = Opened and closed by day
reports-chart-by-week = Opened and closed by week
reports-chart-said = A chart of the conversations opened and closed. The table below holds its numbers.
reports-as-table = Show as a table
reports-col-day = Day
reports-col-week = Week
reports-col-opened = Opened
reports-col-by-customers = By customers
reports-col-closed = Closed
reports-col-first-reply = First reply
reports-col-time-to-close = Time to close
reports-col-rated = Rated
reports-col-rating = Rating
reports-replies = Time to first reply
reports-replies-of = { $count ->
    [one] of { $count } closed that a customer had opened
   *[other] of { $count } closed that customers had opened
}
reports-reply-1-min = Under 1 min
reports-reply-5-min = 1–5 min
reports-reply-15-min = 5–15 min
reports-reply-1-h = 15–60 min
reports-reply-4-h = 1–4 h
reports-reply-1-day = 4–24 h
reports-reply-later = Over a day
reports-reply-never = Never
reports-count = Conversations
reports-share = Share
reports-by-operator = By operator
reports-by-channel = By channel
reports-nobody = Nobody
reports-channel-gone = A removed channel
reports-averages = Times and ratings are averages
