#!/bin/bash
set -e
source dev-container-features-test-lib
check "gold" grep -x "gold false" /color
checkMultiple "some of them" 1 "[ -d /nowhere ]" "[ -f /color ]"
check "beside" test -f beside
reportResults
