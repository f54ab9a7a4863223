#!/bin/sh
echo color
