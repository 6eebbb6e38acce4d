package main

import (
	"context"
	"fmt"
	"strings"

	"cwb/internal/testbed"
)

// runCQL runs statements on the server at address, in order, and prints what they select: a
// row a line, its columns separated by tabs.
func runCQL(ctx context.Context, address string, statements []string) error {
	session, err := testbed.OpenCQL(address, "")
	if err != nil {
		return err
	}
	defer session.Close()
	for _, statement := range statements {
		rows := session.Query(statement).WithContext(ctx).Iter()
		for row := map[string]any{}; rows.MapScan(row); clear(row) {
			var values []string
			for _, column := range rows.Columns() {
				values = append(values, fmt.Sprint(row[column.Name]))
			}
			fmt.Println(strings.Join(values, "\t"))
		}
		if err := rows.Close(); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}
