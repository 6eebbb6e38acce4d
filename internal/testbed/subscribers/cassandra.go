package subscribers

import (
	"context"
	"fmt"
	"slices"

	"github.com/gocql/gocql"
	"golang.org/x/sync/errgroup"
)

const (
	linesPerBatch = 50 // small enough for the servers of testbed, whose limit is 1 MiB
	writers       = 4
)

// LoadHomestead makes the keyspace homestead with that replication factor, unless it is there,
// and writes the owned lines' digests and initial filter criteria into it.
func LoadHomestead(ctx context.Context, session *gocql.Session, replication int, lines []Line) error {
	err := makeSchema(ctx, session,
		keyspace("homestead", replication),
		"CREATE TABLE IF NOT EXISTS homestead.sip_digests (private_id text PRIMARY KEY, digest text)",
		"CREATE TABLE IF NOT EXISTS homestead.filter_criteria (public_id text PRIMARY KEY, value text)")
	if err != nil {
		return fmt.Errorf("make the schema of homestead: %w", err)
	}
	err = writeLines(ctx, session, lines, func(batch *gocql.Batch, line Line) {
		batch.Query("INSERT INTO homestead.sip_digests (private_id, digest) VALUES (?, ?)", line.PrivateID, line.Digest)
		batch.Query("INSERT INTO homestead.filter_criteria (public_id, value) VALUES (?, ?)", line.Number, line.FilterCriteria)
	})
	if err != nil {
		return fmt.Errorf("load homestead: %w", err)
	}
	return nil
}

// LoadHomer makes the keyspace homer with that replication factor, unless it is there, and
// writes the owned lines' simservs documents into it.
func LoadHomer(ctx context.Context, session *gocql.Session, replication int, lines []Line) error {
	err := makeSchema(ctx, session,
		keyspace("homer", replication),
		"CREATE TABLE IF NOT EXISTS homer.simservs (user text PRIMARY KEY, value text)")
	if err != nil {
		return fmt.Errorf("make the schema of homer: %w", err)
	}
	err = writeLines(ctx, session, lines, func(batch *gocql.Batch, line Line) {
		batch.Query("INSERT INTO homer.simservs (user, value) VALUES (?, ?)", line.Number, line.Simservs)
	})
	if err != nil {
		return fmt.Errorf("load homer: %w", err)
	}
	return nil
}

func keyspace(name string, replication int) string {
	return fmt.Sprintf("CREATE KEYSPACE IF NOT EXISTS %s WITH replication = {'class': 'SimpleStrategy', 'replication_factor': %d}", name, replication)
}

func makeSchema(ctx context.Context, session *gocql.Session, statements ...string) error {
	for _, statement := range statements {
		if err := session.Query(statement).WithContext(ctx).Exec(); err != nil {
			return err
		}
	}
	return session.AwaitSchemaAgreement(ctx)
}

// writeLines calls add for every owned line and writes what it adds, several batches at once.
func writeLines(ctx context.Context, session *gocql.Session, lines []Line, add func(*gocql.Batch, Line)) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(writers)
	for some := range slices.Chunk(lines, linesPerBatch) {
		group.Go(func() error {
			batch := session.NewBatch(gocql.UnloggedBatch).WithContext(ctx)
			batch.SetConsistency(gocql.All)
			for _, line := range some {
				if line.Owner != nil {
					add(batch, line)
				}
			}
			if batch.Size() == 0 || ctx.Err() != nil {
				return ctx.Err()
			}
			return session.ExecuteBatch(batch)
		})
	}
	return group.Wait()
}
