#!/bin/sh
set -e
mkdir -p /tmp/facts && chmod 777 /tmp/facts
echo 'new-name' >> /tmp/facts/order
cp ./devcontainer-features-install.sh /tmp/facts/new-name-wrapper
cp ./devcontainer-features.env /tmp/facts/new-name-options
