#!/bin/bash
set -e
source dev-container-features-test-lib
check "hooks in their order" diff /tmp/hooks - <<END
on create
post create
post start
END
check "hook of the Feature" grep -x root /tmp/hook-of-the-feature
reportResults
