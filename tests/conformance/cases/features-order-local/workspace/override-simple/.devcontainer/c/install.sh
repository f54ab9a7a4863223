#!/bin/sh
mkdir -p /tmp/facts && chmod 777 /tmp/facts
echo 'c' >> /tmp/facts/order
