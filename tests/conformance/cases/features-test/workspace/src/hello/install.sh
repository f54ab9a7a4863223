#!/bin/sh
set -e
echo "$GREETING $_REMOTE_USER" > /hello
