messages-you = You
messages-by-you = you
messages-to-you = you
messages-bot = Bot
messages-former-staff = Former staff member
messages-comment = Internal comment, customers don’t see this
messages-command = Command result, customers don’t see this
messages-while-blocked = Received while blocked
messages-today = Today
messages-yesterday = Yesterday
messages-conversation = Conversation { $number }
messages-started = started { $time }
messages-ended = ended { $time }
messages-stars = { $count ->
    [one] { $count } star of 5
   *[other] { $count } stars of 5
}
messages-closed = Closed
messages-closed-by = Closed by { $by }
messages-closed-for = Closed: { $reason }
messages-closed-by-for = Closed by { $by }: { $reason }
messages-opened = Written first by { $by }
messages-taken = Taken by { $by }
messages-transferred = Transferred by { $by } to { $to }
messages-requeued = Put back in the queue by { $by }
messages-rated = The customer rated the conversation { $stars } of 5
messages-block-requested = Block requested by { $by }
messages-block-approved = Block request approved by { $by }
messages-block-declined = Block request declined by { $by }
messages-blocked = Customer blocked
messages-blocked-by = Customer blocked by { $by }
messages-unblocked = Customer unblocked
messages-unblocked-by = Customer unblocked by { $by }
