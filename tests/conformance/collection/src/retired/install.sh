#!/bin/sh
set -e
mkdir -p /tmp/facts && chmod 777 /tmp/facts
echo 'retired' >> /tmp/facts/order
printf '%s\n' "WORD=[${WORD}]" >> /tmp/facts/retired
cp ./devcontainer-features-install.sh /tmp/facts/retired-wrapper
cp ./devcontainer-features.env /tmp/facts/retired-options
