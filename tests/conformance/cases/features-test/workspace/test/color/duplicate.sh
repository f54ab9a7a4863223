#!/bin/bash
set -e
source dev-container-features-test-lib
check "both" sh -c "grep -x \"$FAVORITE $LOUD\" /color && grep -x \"$FAVORITE__DEFAULT $LOUD__DEFAULT\" /color"
reportResults
