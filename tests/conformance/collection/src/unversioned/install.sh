#!/bin/sh
set -e
mkdir -p /tmp/facts && chmod 777 /tmp/facts
echo 'unversioned' >> /tmp/facts/order
printf '%s\n' "KIND=[${KIND}]" >> /tmp/facts/unversioned
