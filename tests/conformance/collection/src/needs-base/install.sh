#!/bin/sh
set -e
mkdir -p /tmp/facts && chmod 777 /tmp/facts
echo 'needs-base' >> /tmp/facts/order
printf '%s\n' "LEVEL=[${LEVEL}]" >> /tmp/facts/needs-base
