#!/bin/sh
mkdir -p /tmp/facts
echo "my favorite color is ${FAVORITE}" > /tmp/facts/color
