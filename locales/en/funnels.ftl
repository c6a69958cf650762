# Funnels: the bot's flows.
settings-funnels = Funnels
funnels-hint = A funnel is the bot’s flow. It talks to new customers until staff take over.
funnels-none = No funnels yet
funnels-none-text = In a funnel the bot greets new customers and asks what they came for, block by block.
funnels-order = The order of funnels
funnels-order-text = Where two funnels begin with the same new customers, the upper one does.
funnel-add = New funnel
funnel-add-submit = Add funnel
funnel-name = Name
funnel-name-missing = Enter a name.
funnel-name-taken = There is a funnel with this name already.
funnel-on = On
funnel-off = Off
funnel-enabled = The bot works in this funnel
funnel-enabled-hint = Off: customers stay in their blocks, and the bot says nothing.
funnel-starts = Begins with new customers
funnel-starts-nowhere = Of no channel: staff and programs put customers in
funnel-starts-everywhere = Of all channels but e-mail
funnel-starts-chosen = Of these channels:
funnel-starts-missing = Choose where the funnel begins.
funnel-channels-missing = Choose at least one channel.
funnel-blocks-count = { $count ->
    [one] { $count } block
   *[other] { $count } blocks
}
funnel-delete = Delete funnel
funnel-delete-title = Delete the funnel
funnel-delete-text = Its blocks go with it. Customers who are in them are in no block any more; their messages stay.
funnel-blocks = Blocks
funnel-blocks-text = The first block is where new customers enter.
funnel-blocks-none = No blocks yet
funnel-blocks-none-text = Without a block the funnel does not begin. Add the first one below.
funnel-block-add = New block
funnel-block-add-submit = Add block
funnel-block-name-taken = This funnel has a block with this name already.
funnel-block-text = What the bot says
funnel-block-text-hint = Sent when a customer enters the block. { "{" }name{ "}" } stands for their name. Empty: the bot says nothing.
funnel-next = The customer’s next message leads to
funnel-next-none = No further block: staff go on
funnel-next-unknown = Choose another block of this funnel.
funnel-next-is = then { $name }
funnel-block-customers = { $count ->
    [one] { $count } customer
   *[other] { $count } customers
}
funnel-block-customers-many = 999+ customers
funnel-block-delete = Delete block
funnel-block-delete-title = Delete the block
funnel-block-delete-count = { $count ->
    [0] Nobody is in this block.
    [one] { $count } customer is in this block, and will be in none.
   *[other] { $count } customers are in this block, and will be in none.
}
funnel-block-delete-many = More than 999 customers are in this block, and will be in none.
funnel-block-delete-final = Blocks that led here lead nowhere then. This cannot be undone.
funnel-block = Funnel block
funnel-block-none = In no block
funnel-block-move = Move
funnel-block-unknown = Choose a block that is there.
