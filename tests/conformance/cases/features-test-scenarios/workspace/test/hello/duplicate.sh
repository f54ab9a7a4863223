#!/bin/bash
set -e
source dev-container-features-test-lib
check "both" sh -c "grep -x \"$GREETING $LOUD root\" /hello && grep -x \"$GREETING__DEFAULT $LOUD__DEFAULT root\" /hello"
check "two" test "$(wc -l < /hello)" = 2
reportResults
