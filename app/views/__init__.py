"""The pages, one thin script each: choose -> query -> frame -> chart. The file's name is the page's path."""
