#!/bin/bash
set -e
source dev-container-features-test-lib
check "green" grep -x green /color
reportResults
