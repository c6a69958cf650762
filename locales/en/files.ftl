file-too-many = Attach at most { $count ->
    [one] { $count } file
   *[other] { $count } files
} to one message.
file-empty = “{ $name }” is empty. Choose another file.
file-type = “{ $name }” is of a kind that this chat does not take. Send a picture, a PDF, an office file, a text or a zip.
