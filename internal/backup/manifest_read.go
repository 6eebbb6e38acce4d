package backup

import (
	"encoding/json"
	"fmt"
	"io"
)

// ReadManifest reads a manifest as strictly as [Decode] does, with the memory of one file: it
// gives each the files in their order, and returns all else. The digest stands proven only at
// the end: when an error is returned, what each was given counts for nothing. An error of each
// or of r ends the reading and is returned as it is.
func ReadManifest(r io.Reader, each func(File) error) (Manifest, error) {
	var bad error // told last: a newer format may have files of another form
	var last File
	p := newPass(r, func(raw []byte) error {
		var f File
		if bad == nil {
			bad = json.Unmarshal(raw, &f)
		}
		if bad != nil {
			return nil
		}
		f.share(last)
		last = f
		return each(f)
	})
	p.sum = newCanonical()
	if err := p.run(); err != nil {
		return Manifest{}, err
	}
	if err := checkDigest(p.seal(), p.sum.digest); err != nil {
		return Manifest{}, err
	}
	if bad != nil {
		return Manifest{}, fmt.Errorf("%w: %v", ErrDamaged, bad)
	}
	return p.manifest()
}

// share keeps one copy of what a file has in common with the one before it.
func (f *File) share(last File) {
	for _, s := range []struct{ own, same *string }{{&f.Root, &last.Root}, {&f.Database, &last.Database}, {&f.Table, &last.Table}} {
		if *s.own == *s.same {
			*s.own = *s.same
		}
	}
}
