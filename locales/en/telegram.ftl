telegram-token = Bot token
telegram-token-hint = Telegram’s @BotFather gives it to you. It is stored sealed and never shown again.
telegram-token-wrong = Copy the whole token, for example 123456789:AAE…
telegram-way = How messages come in
telegram-way-hint = Webhooks need an address of this installation that Telegram reaches by https.
telegram-way-auto = By webhook if possible, else by asking
telegram-way-polling = Always by asking
telegram-connect-hint = Make a bot with @BotFather in Telegram and copy its token here.
