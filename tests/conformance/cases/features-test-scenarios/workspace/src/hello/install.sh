#!/bin/sh
set -e
echo "$GREETING $LOUD $_REMOTE_USER" >> /hello
