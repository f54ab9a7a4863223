#!/bin/sh
set -e
echo "$FAVORITE $LOUD" >> /color
