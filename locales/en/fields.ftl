# Custom fields and variables.
settings-custom-fields = Custom fields
fields-add = New field
fields-add-submit = Add field
fields-name = Name
fields-name-hint = As in “Delivery city”. Values that customers have under this very name belong to the field from then on.
fields-name-missing = Enter a name.
fields-name-taken = There is a field with this name already.
fields-name-in-use = Some customers have a variable of this name besides a value of this field. One of the two would be lost, so choose another name.
fields-none = There are no custom fields yet.
fields-order = Order of fields
fields-order-text = Profiles and the customer bar show fields in this order. Custom fields can be hidden; fields of the system can only be moved.
fields-system = System
fields-rename = Rename
fields-rename-hint = The values of all customers go with the name. Exports and filters go by the new one.
fields-hidden = Hidden
fields-hide = Hide
fields-show = Show
fields-delete = Delete field
fields-delete-title = Delete the field
fields-delete-count = { $count ->
    [0] No customer has a value in this field.
    [one] { $count } customer has a value in this field.
   *[other] { $count } customers have values in this field.
}
fields-delete-many = More than 999 customers have values in this field.
fields-delete-values = What becomes of the values
fields-delete-keep = Keep them as variables of the customers
fields-delete-too = Delete them, too. This cannot be undone.
fields-variables = Variables
fields-variable-add = Add variable
fields-variable-name = Variable
fields-variable-hint = Case counts: “Size” and “size” are two variables.
fields-variable-value = Value
fields-variable-delete = Delete
fields-variable-there = The customer has a variable of this name already. Edit that one.
fields-value-missing = Enter a value.
