package planner

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// FormatVersion is the version of the plan and state files that this release writes.
const FormatVersion = 1

// MaxFileBytes bounds plan and state files, so that a wrong file name cannot fill the memory.
const MaxFileBytes = 128 << 20

// Errors of [DecodePlan] and [DecodeState]; branch on them with errors.Is.
var (
	ErrAltered = errors.New("the file was changed or damaged after cwb wrote it")
	ErrNewer   = errors.New("the file was written by a newer version of cwb")
)

// A sealed file is one JSON object whose last field is a digest of every byte before it, on
// a line of its own: no byte can change without being noticed, the digest's own included.
const (
	sealOpen  = ",\n\"digest\":\""
	sealClose = "\"\n}\n"
	sealBytes = len(sealOpen) + 2*sha256.Size + len(sealClose)
)

// seal writes fields, in their order, as a sealed file.
func seal(fields []field) ([]byte, error) {
	var out bytes.Buffer
	for i, f := range fields {
		value, err := json.Marshal(f.value)
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", f.name, err)
		}
		if i == 0 {
			out.WriteString("{\n")
		} else {
			out.WriteString(",\n")
		}
		fmt.Fprintf(&out, "%q:", f.name)
		out.Write(value)
		if out.Len() > MaxFileBytes-sealBytes {
			return nil, fmt.Errorf("encode: over %d MiB, more than cwb would read again", MaxFileBytes>>20)
		}
	}
	sum := sha256.Sum256(out.Bytes())
	out.WriteString(sealOpen + hex.EncodeToString(sum[:]) + sealClose)
	return out.Bytes(), nil
}

// field is one line of a sealed file.
type field struct {
	name  string
	value any
}

// unseal checks a sealed file and parses it into v, which must know every field. The version
// comes first: a newer format may be sealed otherwise.
func unseal(data []byte, v any) error {
	if len(data) > MaxFileBytes {
		return fmt.Errorf("%w: it is over %d MiB", ErrAltered, MaxFileBytes>>20)
	}
	version, err := formatVersion(data)
	if err != nil {
		return fmt.Errorf("%w: %v", ErrAltered, err)
	}
	if version > FormatVersion {
		return fmt.Errorf("%w: format %d, this one reads up to %d", ErrNewer, version, FormatVersion)
	}
	if version < 1 {
		return fmt.Errorf("%w: it has no format_version", ErrAltered)
	}
	if !intact(data) {
		return fmt.Errorf("%w: its digest does not match its content", ErrAltered)
	}
	return strict(data, v)
}

// formatVersion reads no further than the first field, in which all versions say theirs; it
// is 0 when that is another one.
func formatVersion(data []byte) (version int, err error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	for _, want := range []json.Token{json.Delim('{'), "format_version"} {
		if token, err := dec.Token(); err != nil || token != want {
			return 0, err
		}
	}
	err = dec.Decode(&version)
	return version, err
}

func intact(data []byte) bool {
	if len(data) < sealBytes {
		return false
	}
	body := data[:len(data)-sealBytes]
	sum := sha256.Sum256(body)
	return string(data[len(body):]) == sealOpen+hex.EncodeToString(sum[:])+sealClose
}

// strict parses one JSON value and refuses fields that v does not know: half a plan that is
// understood is worse than none.
func strict(data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("%w: %v", ErrAltered, err)
	}
	if dec.More() {
		return fmt.Errorf("%w: something follows its end", ErrAltered)
	}
	return nil
}
