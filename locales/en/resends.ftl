resend-item = Resend failed messages…
resend-title = Resent messages
resend-new-title = Resend failed messages
resend-hint = Sends the last message once more to every customer whose newest outgoing message failed. No new conversation is opened.
resend-since = Failed on or after
resend-since-wrong = Choose a day.
resend-kind = Messenger
resend-kind-all = All messengers
resend-kind-wrong = Choose a messenger from the list.
resend-interval = Seconds between messages
resend-interval-hint = From 0 to 3600.
resend-interval-wrong = Enter a whole number of seconds from 0 to { $limit }.
resend-count = { $count ->
    [one] { $count } message will be sent again.
   *[other] { $count } messages will be sent again.
}
resend-count-passed = { $count ->
    [one] { $count } is passed over: the customer is blocked or unsubscribed, or the channel is paused.
   *[other] { $count } are passed over: the customers are blocked or unsubscribed, or the channel is paused.
}
resend-passed-show = Who has failed messages
resend-count-again = Count again
resend-none = There is nothing to send again.
resend-going = Messages are being sent again right now. Wait for the end, or stop it.
resend-start = Resend
run-stop = Stop
resend-note = Sending again: { $done } of { $total }
resend-never = Nothing has been sent again yet
run-progress = Progress
run-done-of = { $done } of { $total }
run-state-going = In progress
run-state-stopped = Stopped
run-state-broken = Failed
run-broken = Ended because of an error: what it had not come to stays as it was. Admins find the error under Settings → General.
run-state-done = Done
resend-sent = Sent
resend-waiting = On their way
resend-failed = Failed again
resend-passed = Passed over
run-by = Started by
