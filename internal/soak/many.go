//go:build soak

package soak

const long = true
