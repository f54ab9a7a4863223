#!/bin/bash
set -e
mkdir -p /tmp/facts
echo "$GREETING, $_REMOTE_USER from $(basename "$PWD") with $(ls)" > /tmp/facts/hello
