#!/bin/bash
set -e
source dev-container-features-test-lib
check "greets" grep -x "hey dev" /hello
check "is dev" test "$(id -un)" = dev
reportResults
