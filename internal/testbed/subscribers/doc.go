// Package subscribers fills test servers with what a Clearwater deployment keeps about its
// subscribers: numbers and their owners in Ellis, digests and initial filter criteria in
// Homestead, simservs documents in Homer. [Generate] makes the lines, always the same ones from
// the same [Options]; [LoadEllis], [LoadHomestead] and [LoadHomer] write them.
//
// The schemas are those of the releases that used the keyspace homestead for provisioning,
// without COMPACT STORAGE, which current servers refuse.
package subscribers
