package main

import (
	"context"
	"fmt"

	"cwb/internal/testbed"
)

// runCQL runs statements on the server at address, in order.
func runCQL(ctx context.Context, address string, statements []string) error {
	session, err := testbed.OpenCQL(address, "")
	if err != nil {
		return err
	}
	defer session.Close()
	for _, statement := range statements {
		if err := session.Query(statement).WithContext(ctx).Exec(); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}
