#!/bin/bash
set -e
source dev-container-features-test-lib
check "is dev" test "$(id -un)" = dev
check "greets dev" grep -x "ahoy false dev" /hello
reportResults
