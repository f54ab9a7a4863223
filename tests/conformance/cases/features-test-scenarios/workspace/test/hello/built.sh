#!/bin/bash
set -e
source dev-container-features-test-lib
check "built" grep -x "an argument" /built
check "greets" grep -x "hey false root" /hello
reportResults
