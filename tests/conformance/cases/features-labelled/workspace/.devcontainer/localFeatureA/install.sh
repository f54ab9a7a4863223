#!/bin/sh
mkdir -p /tmp/facts && chmod 777 /tmp/facts
echo 'localFeatureA' >> /tmp/facts/order
