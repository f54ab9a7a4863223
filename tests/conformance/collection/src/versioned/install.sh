#!/bin/sh
set -e
mkdir -p /tmp/facts && chmod 777 /tmp/facts
echo 'versioned' >> /tmp/facts/order
printf '%s\n' "VERSION=[${VERSION}]" "EXTRA=[${EXTRA}]" >> /tmp/facts/versioned
