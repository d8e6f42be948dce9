//go:build !linux

package main

// withLess is for TestMain: only Linux filters system calls.
func withLess() {}
