#!/bin/bash
set -e
source dev-container-features-test-lib
check "red by default" grep -x "red false" /color
reportResults
