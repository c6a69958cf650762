# Message templates: their list in Settings, one of them, and filling one in.
settings-templates = Templates
templates-hint = WhatsApp and Viber want messages of a fixed, approved wording when you write first. Only approved templates can be sent.
templates-no-channel = No channel with templates
templates-no-channel-text = Templates exist for WhatsApp and Viber. Connect one of them first.
templates-fetch = Fetch templates
templates-fetch-failed = The templates could not be fetched: { $words }
templates-none-fetched = Nothing has been fetched yet. Templates are made and approved at the provider.
templates-none-written = No templates yet. Write them here as they were agreed with the provider.
template-approved = Approved
template-pending = Waiting for approval
template-rejected = Rejected
template-paused = Paused
template-unsupported = Cannot be filled in here
template-add = New template
template-edit = Template
template-delete = Delete
template-name = Name
template-name-missing = Enter the name of the template.
template-name-hint = As the provider knows it, for example order_ready.
template-name-taken = There is a template of this name in this language.
template-language = Language
template-language-missing = Enter the language.
template-language-wrong = Enter a code of a language, for example en or pt_BR.
template-language-hint = Its code, for example en or ru.
template-title = Title
template-title-hint = Stands above the text. May be empty.
template-body = Text
template-body-missing = Enter the text.
template-body-hint = Write {"{{1}}"}, {"{{2}}"} and so on where values are filled in.
template-signature = Signature
template-signature-hint = Stands below the text. May be empty.
template-signature-fixed = The signature is always the same: it has no places to fill in.
template-numbers = Number the places from 1 on, without a gap.
template-state = State
template-state-missing = Choose the state.
template-state-changed = Somebody else set it to “{ $state ->
        [approved] { template-approved }
        [pending] { template-pending }
        [rejected] { template-rejected }
       *[other] { template-paused }
    }” meanwhile. Save again to replace that.
template-state-hint = Only approved templates are offered.
template-one = Template
template-choose = Choose a template
template-show = Show the fields of this template
template-value = Value { $number }
template-title-value = Title, value { $number }
template-value-missing = Enter a value.
template-too-long = With these values it is too long: at most { $limit } characters.
template-missing = Choose a template.
template-gone = This template cannot be used any more. Choose another one.
template-other-channel = This template belongs to another channel.
template-no-files = No files can go with a template.
template-no-text = No other words can go with a template. Empty this field, or choose no template.
template-preview = What the customer will read
template-has-title = Its title is a picture, a video or a document.
template-has-button = One of its buttons needs a value with each message.
template-has-names = Its places have names instead of numbers.
template-has-part = It has parts that are not known here.
templates-none-approved = There is no approved template for this channel. An admin fetches or adds them in Settings > Templates.
window-open = Free text can be written for another
window-hours = { $count } hr
window-minutes = { $count } min
window-closed = The customer has not written for 24 hours: only a template can be sent until they answer.
template-incomplete = Choose a template and fill in its values.
template-instead = Send a template instead
# Writing to somebody new by a messenger that goes by phone numbers.
newcomer-title = Write to { $channel }
newcomer-nowhere = No channel for this
newcomer-no-channel = No channel of this kind writes to phone numbers now. An admin connects one, or allows it, in Settings > Channels.
newcomer-phone = Phone number
newcomer-phone-hint = With its country code, for example +7 901 123-45-67.
newcomer-phone-missing = Enter the phone number.
newcomer-phone-short = Enter the whole number with its country code.
newcomer-name-hint = For somebody new. Empty: known by the number.
refused-no-phone = This customer has no phone number.
refused-phone-of-another = This number belongs to another customer in this channel.
