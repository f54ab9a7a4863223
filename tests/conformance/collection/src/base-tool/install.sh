#!/bin/sh
set -e
mkdir -p /tmp/facts && chmod 777 /tmp/facts
echo 'base-tool' >> /tmp/facts/order
printf '%s\n' "MAGICNUMBER=[${MAGICNUMBER}]" >> /tmp/facts/base-tool
