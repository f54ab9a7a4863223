#!/bin/sh
mkdir -p /tmp/facts && chmod 777 /tmp/facts
echo 'ant-1' >> /tmp/facts/order
