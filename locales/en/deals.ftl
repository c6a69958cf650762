# The built-in CRM: pipelines, stages and deals.
settings-pipelines = Pipelines
pipelines-hint = Deals of customers go through the stages of a pipeline, to the sale or to none.
pipelines-none = No pipelines yet
pipelines-none-text = With the first one, customers’ profiles have a section for deals.
pipelines-order = The order of pipelines
pipeline-add = New pipeline
pipeline-add-submit = Add pipeline
pipeline-name = Name
pipeline-name-missing = Enter a name.
pipeline-name-taken = There is a pipeline with this name already.
pipeline-currency = Currency
pipeline-currency-hint = Three letters, as EUR or USD. Another currency changes no amounts.
pipeline-currency-wrong = Enter the three letters of a currency.
pipeline-stage-new = New
pipeline-stage-in-progress = In progress
pipeline-stage-won = Won
pipeline-stage-lost = Lost
pipeline-stages-count = { $count ->
    [one] { $count } stage
   *[other] { $count } stages
}
pipeline-delete = Delete pipeline
pipeline-delete-title = Delete the pipeline
pipeline-delete-text = Its stages go with it. A pipeline that has deals is not deleted.
pipeline-has-deals = { $count ->
    [one] { $count } deal stands in this pipeline. Move it to another one or delete it first.
   *[other] { $count } deals stand in this pipeline. Move them to another one or delete them first.
}
pipeline-has-many-deals = More than 999 deals stand in this pipeline. Move them to another one or delete them first.
deal-stages = Stages
deal-stages-none = No stages yet. Add the first one below.
deal-stage-open = Open
deal-stage-won = Won
deal-stage-lost = Lost
deal-stage-kind = What the stage means
deal-stage-kind-missing = Choose what the stage means.
deal-stage-name-taken = This pipeline has a stage with this name already.
deal-stage-add = New stage
deal-stage-add-submit = Add stage
deal-stage-deals = { $count ->
    [one] { $count } deal
   *[other] { $count } deals
}
deal-stage-deals-many = 999+ deals
deal-stage-delete = Delete stage
deal-stage-delete-title = Delete the stage
deal-stage-delete-text = A stage that has deals is not deleted.
deal-stage-has-deals = { $count ->
    [one] { $count } deal stands on this stage. Move it to another one or delete it first.
   *[other] { $count } deals stand on this stage. Move them to another one or delete them first.
}
deal-stage-has-many-deals = More than 999 deals stand on this stage. Move them to another one or delete them first.
deals = Deals
deals-none = No deals yet.
deal-add = Add a deal
deal-add-submit = Add deal
deal-new = New deal
deal-edit = Deal
deal-title = Title
deal-title-missing = Enter a title.
deal-amount = Amount
deal-amount-hint = In the currency of the pipeline. It may stay empty.
deal-amount-wrong = Enter an amount like 1200 or 99.50.
deal-stage = Stage
deal-stage-missing = Choose a stage.
deal-delete = Delete deal
deal-delete-final = The deal is deleted. This cannot be undone.
deal-move-to = Move “{ $title }” to { $stage }
deal-other-stage = Other stage
deal-changed-meanwhile = Somebody else changed this deal meanwhile. Compare, then save again.
deal-moved-meanwhile = Somebody else has moved this deal to “{ $stage }” meanwhile.
