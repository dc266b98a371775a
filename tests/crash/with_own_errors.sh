#!/bin/sh
# with_own_errors.sh COMMAND...: runs it with its standard error in a file, and shows that at the end. Under Wine every
# program that it starts has that as its own, and ctest waits until the last of them has closed it: also for one that was
# killed and has not quite ended.
errors=$(mktemp)
"$@" 2>"$errors"
status=$?
cat "$errors" >&2
rm "$errors"
exit $status
