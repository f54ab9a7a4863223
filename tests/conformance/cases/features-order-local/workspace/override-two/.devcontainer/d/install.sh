#!/bin/sh
mkdir -p /tmp/facts && chmod 777 /tmp/facts
echo 'd' >> /tmp/facts/order
