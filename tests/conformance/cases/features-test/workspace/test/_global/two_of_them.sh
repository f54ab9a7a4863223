#!/bin/bash
set -e
source dev-container-features-test-lib
check "loud" grep -x "red true" /color
check "ahoy" grep -x "ahoy root" /hello
reportResults
