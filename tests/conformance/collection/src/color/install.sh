#!/bin/sh
set -e
mkdir -p /tmp/facts && chmod 777 /tmp/facts
echo 'color' >> /tmp/facts/order
printf '%s\n' "FAVORITE=[${FAVORITE}]" >> /tmp/facts/color
