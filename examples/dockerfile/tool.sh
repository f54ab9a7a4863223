#!/bin/sh
# Copied into the image by the Dockerfile.
echo "A tool for $BUILT_FOR"
