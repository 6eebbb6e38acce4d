// Package backup is the leaf that every other room shares: the words of the glossary as
// types (node addresses, set ids, identities, purposes), and the records that lie beside a
// backup, with their codecs.
//
// It promises that a record which was changed after it was written, or was written by a
// newer format, is refused by [Decode] and never half understood. Manifests, which can have
// hundreds of thousands of files, are read and written as streams: see [ReadManifest]. It opens
// no file and reads no clock. Start at [Record].
package backup
