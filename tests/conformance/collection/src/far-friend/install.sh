#!/bin/sh
set -e
mkdir -p /tmp/facts && chmod 777 /tmp/facts
echo 'far-friend' >> /tmp/facts/order
