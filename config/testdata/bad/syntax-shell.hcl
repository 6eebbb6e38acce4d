#!/bin/sh
echo hello # ERROR: Invalid block definition
