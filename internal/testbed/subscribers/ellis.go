package subscribers

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// ellisSchema is Ellis' own, with the columns that its later releases added.
var ellisSchema = []string{
	"CREATE DATABASE IF NOT EXISTS ellis CHARACTER SET utf8mb4",
	`CREATE TABLE IF NOT EXISTS ellis.users (
  user_id VARBINARY(36) NOT NULL PRIMARY KEY,
  password CHAR(64) BINARY NOT NULL,
  full_name VARCHAR(36) NOT NULL,
  email VARCHAR(36) NOT NULL UNIQUE,
  expires DATETIME NULL DEFAULT NULL,
  recovery_token VARCHAR(36) NULL DEFAULT NULL,
  recovery_token_created DATETIME NULL DEFAULT NULL
) ENGINE=InnoDB`,
	`CREATE TABLE IF NOT EXISTS ellis.numbers (
  number_id VARBINARY(36) NOT NULL PRIMARY KEY,
  number VARCHAR(128) NOT NULL UNIQUE,
  owner_id VARBINARY(36) NULL DEFAULT NULL,
  gab_listed TINYINT NOT NULL DEFAULT 1,
  pstn BOOLEAN DEFAULT FALSE,
  specified BOOLEAN DEFAULT FALSE,
  INDEX (owner_id)
) ENGINE=InnoDB`,
}

// rowsPerInsert keeps a statement well below the server's max_allowed_packet.
const rowsPerInsert = 1000

// LoadEllis makes the database ellis, unless it is there, and writes the lines and their owners
// into it, all or none.
func LoadEllis(ctx context.Context, db *sql.DB, lines []Line) error {
	for _, statement := range ellisSchema {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("make the schema of ellis: %w", err)
		}
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("load ellis: %w", err)
	}
	defer tx.Rollback() // does nothing after the commit
	for batch := range slices.Chunk(lines, rowsPerInsert) {
		if err := insertBatch(ctx, tx, batch); err != nil {
			return fmt.Errorf("load ellis: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("load ellis: %w", err)
	}
	return nil
}

func insertBatch(ctx context.Context, tx *sql.Tx, lines []Line) error {
	var users, numbers []any
	for _, line := range lines {
		var owner any
		if line.Owner != nil {
			owner = line.Owner.UserID
			users = append(users, line.Owner.UserID, line.Owner.Password, line.Owner.FullName, line.Owner.Email)
		}
		numbers = append(numbers, line.NumberID, line.Number, owner, line.PSTN)
	}
	if err := insert(ctx, tx, "ellis.users (user_id, password, full_name, email)", users); err != nil {
		return err
	}
	return insert(ctx, tx, "ellis.numbers (number_id, number, owner_id, pstn)", numbers)
}

// insert writes rows of four values into the columns that into names.
func insert(ctx context.Context, tx *sql.Tx, into string, values []any) error {
	if len(values) == 0 {
		return nil
	}
	rows := strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?), ", len(values)/4), ", ")
	_, err := tx.ExecContext(ctx, "INSERT INTO "+into+" VALUES "+rows, values...)
	return err
}
