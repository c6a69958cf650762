list-add = New list
list-add-submit = Add list
list-name = Name
list-name-missing = Enter a name.
list-name-taken = There is a list with this name already.
list-none = No lists yet
list-none-text = A list is a named set of customers, such as the readers of a newsletter.
list-actions = Actions
list-customers = { $count ->
    [one] { $count } customer
   *[other] { $count } customers
}
list-customers-many = 999+ customers
list-export = Export customers
list-export-label = Export customers: { $name }
list-rename = Rename list
list-rename-label = Rename list: { $name }
list-delete = Delete list
list-delete-label = Delete list: { $name }
list-delete-customers = { $count ->
    [0] Nobody is on this list.
    [one] { $count } customer is on this list and stays a customer.
   *[other] { $count } customers are on this list and stay customers.
}
list-delete-final = The list itself cannot be brought back.
list-one = List: { $text }
list-gone = a deleted list
customers-lists = Lists
customers-list-add = Add to a list
customers-list-unknown = This list no longer exists.
inbox-tags-and-lists = Tags and lists
