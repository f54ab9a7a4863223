#!/bin/bash
set -e
source dev-container-features-test-lib
source ./words.sh
check "shared" grep -x "$WORDS" /hello
reportResults
