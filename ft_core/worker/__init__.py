"""Work outside the page: the child process that does one job, and the supervisor that owns the queue."""
