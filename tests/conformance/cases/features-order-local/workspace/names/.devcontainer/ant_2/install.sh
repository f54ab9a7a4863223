#!/bin/sh
mkdir -p /tmp/facts && chmod 777 /tmp/facts
echo 'ant_2' >> /tmp/facts/order
