"""The errors of the library. Arguments are the facts; the text is a sentence that ends with what to do.

    EventStoreError
      WrongExpectedVersion      somebody appended to the stream since the writer read it
      ...
"""
