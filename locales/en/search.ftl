search-title = Search
search-do = Search
search-results = Results
search-count = { $count ->
    [one] { $count } customer
   *[other] { $count } customers
}
search-first = The first { $count } customers
search-more = More customers match. Type more to narrow them down.
search-all = All results
search-start = Find a customer
search-start-hint = By name, phone, email, external ID, username or number. Three characters are enough.
search-short = Keep typing
search-short-hint = The search begins at three characters.
search-nothing = Nothing found
search-nobody = Nobody here matches { $q }.
search-offer = Create the customer and write first:
search-create-in = Create customer and write in { $channel }
search-create = Create customer
search-only-known = In { $channel }, a bot can write only to those who have written to it.
search-active = Active conversation
search-blocked = blocked
search-go = Go to conversation
search-send = Send message
search-history = View chat history
search-profile = Open profile
search-number = No.
search-address = also
search-key-choose = choose
search-key-open = open
