"""Stage `dashboards`: the data that the site reads, the site itself, and the server for looking at it."""
