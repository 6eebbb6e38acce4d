package backup

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// Errors of [Decode]; branch on them with errors.Is.
var (
	ErrDamaged = errors.New("record is damaged")
	ErrNewer   = errors.New("record was written by a newer version of cwb")
)

// sealed lists the types that are stored as records.
type sealed interface {
	Begun | Record | Manifest | Hold | Check | Acceptance | Succession | Restore
}

// Encode writes v as an indented JSON object with "format_version" first in meaning and a
// "digest" over everything else, so that a changed byte shows.
func Encode[T sealed](v T) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(plain, &fields); err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	fields["format_version"] = json.RawMessage(fmt.Sprint(FormatVersion))
	fields["digest"] = json.RawMessage(`"` + digestOf(fields) + `"`)
	out, err := json.MarshalIndent(fields, "", "  ")
	return append(out, '\n'), err
}

// Decode reads a record strictly. Fields that this version does not know are ignored and,
// since no record is ever rewritten, kept.
func Decode[T sealed](data []byte) (T, error) {
	var v, zero T
	plain, err := unseal(data)
	if err != nil {
		return zero, err
	}
	if err := json.Unmarshal(plain, &v); err != nil {
		return zero, fmt.Errorf("%w: %v", ErrDamaged, err)
	}
	return v, nil
}

// unseal checks version and digest, and gives what is to be decoded. Records as cwb writes
// them are hashed as they lie; others are put into the canonical form first.
func unseal(data []byte) ([]byte, error) {
	if all, ok := members(data); ok {
		return data, checkMembers(all)
	}
	fields, err := checkSeal(data)
	if err != nil {
		return nil, err
	}
	plain, err := json.Marshal(fields)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrDamaged, err)
	}
	return plain, nil
}

// checkMembers is checkSeal for members in order.
func checkMembers(all []member) error {
	fields := map[string]json.RawMessage{}
	for _, m := range all {
		if key := string(m.key); key == "format_version" || key == "digest" {
			fields[key] = m.value
		}
	}
	return checkDigest(fields, func() string { return digestOfMembers(all) })
}

// checkSeal parses the outer object and checks it.
func checkSeal(data []byte) (map[string]json.RawMessage, error) {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &fields); err != nil {
		return nil, fmt.Errorf("%w: not a JSON object: %v", ErrDamaged, err)
	}
	return fields, checkDigest(fields, func() string { return digestOf(fields) })
}

// checkDigest refuses newer versions before it looks at the rest.
func checkDigest(fields map[string]json.RawMessage, actual func() string) error {
	if err := checkVersion(fields); err != nil {
		return err
	}
	var digest string
	if err := json.Unmarshal(fields["digest"], &digest); err != nil {
		return fmt.Errorf("%w: no digest", ErrDamaged)
	}
	if digest != actual() {
		return fmt.Errorf("%w: its digest does not match its content", ErrDamaged)
	}
	return nil
}

func checkVersion(fields map[string]json.RawMessage) error {
	var version int
	if err := json.Unmarshal(fields["format_version"], &version); err != nil || version < 1 {
		return fmt.Errorf("%w: no format_version", ErrDamaged)
	}
	if version > FormatVersion {
		return fmt.Errorf("%w: format %d, this one reads up to %d", ErrNewer, version, FormatVersion)
	}
	return nil
}

// digestOf hashes all fields but the digest in one canonical form: keys sorted, no spaces.
func digestOf(fields map[string]json.RawMessage) string {
	rest := make(map[string]json.RawMessage, len(fields))
	for name, value := range fields {
		if name != "digest" {
			rest[name] = value
		}
	}
	canonical, err := json.Marshal(rest)
	if err != nil {
		return "" // no digest that anything could equal
	}
	var compact bytes.Buffer
	if json.Compact(&compact, canonical) == nil {
		canonical = compact.Bytes()
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}
