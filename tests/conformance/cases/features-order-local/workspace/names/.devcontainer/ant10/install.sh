#!/bin/sh
mkdir -p /tmp/facts && chmod 777 /tmp/facts
echo 'ant10' >> /tmp/facts/order
