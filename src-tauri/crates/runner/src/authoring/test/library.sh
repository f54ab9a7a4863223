#!/bin/bash
# What tests of Features are written with. A test reads this file, checks things, and ends with `reportResults`.

FAILED=()

echoStderr() {
    printf '%s\n' "$*" >&2
}

# check LABEL COMMAND [ARGUMENT...]: the command must succeed.
check() {
    local label=$1
    shift
    printf '\nTesting: %s\n' "$label"
    if "$@"; then
        printf 'Passed: %s\n' "$label"
    else
        echoStderr "Failed: $label"
        FAILED+=("$label")
        return 1
    fi
}

# checkMultiple LABEL NUMBER COMMAND...: so many of the commands, each one text, must succeed.
checkMultiple() {
    local label=$1 least=$2 passed=0 command
    shift 2
    printf '\nTesting: %s\n' "$label"
    for command in "$@"; do
        # Words of one text, as a person writes a command.
        if $command; then passed=$((passed + 1)); fi
    done
    if [ "$passed" -ge "$least" ]; then
        printf 'Passed: %s\n' "$label"
    else
        echoStderr "Failed: $label ($passed of at least $least)"
        FAILED+=("$label")
        return 1
    fi
}

# Ends the test, well only if every check did.
reportResults() {
    if [ "${#FAILED[@]}" -ne 0 ]; then
        echoStderr "Failed tests: ${FAILED[*]}"
        exit 1
    fi
    printf '\nTest passed.\n'
    exit 0
}
