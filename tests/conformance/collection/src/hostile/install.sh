#!/bin/sh
set -e
mkdir -p /tmp/facts && chmod 777 /tmp/facts
printf '%s\n' "plain=[$PLAIN]" "_LIVES=[$_LIVES]" "dash=[$WITH_DASH_AND_DOT]" "other=[$OTHER]" >> /tmp/facts/hostile
cp ./devcontainer-features-install.sh /tmp/facts/hostile-wrapper
cp ./devcontainer-features.env /tmp/facts/hostile-options
