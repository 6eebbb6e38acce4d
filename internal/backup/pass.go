package backup

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// pass goes once through a manifest as cwb writes it: keys plain and in order. It holds one
// file at a time.
type pass struct {
	w    window
	each func(file []byte) error // is given every element of "files"; its error ends the pass
	sum  *canonical              // takes in all but the digest; nil: nothing is hashed
	last string                  // key
	rest []member                // all but the files
	stop error                   // of each
}

const (
	maxMember = 1 << 30 // bytes of all of a manifest but its files
	maxEntry  = 1 << 20 // bytes of one file's entry
)

func newPass(r io.Reader, each func(file []byte) error) *pass {
	return &pass{w: window{r: r}, each: each}
}

// run reads to the end. Errors of the reader, and of each, come back as they are.
func (p *pass) run() error {
	ok := p.object()
	if p.stop != nil {
		return p.stop
	}
	if p.w.err != nil && p.w.err != io.EOF {
		return p.w.err
	}
	if !ok {
		return fmt.Errorf("%w: it is no manifest as cwb writes it", ErrDamaged)
	}
	return nil
}

func (p *pass) object() bool {
	if !p.w.take('{') {
		return false
	}
	separator := byte('{')
	for n := 0; !p.w.take('}'); n++ {
		if n > 0 && !p.w.take(',') || !p.member(&separator) {
			return false
		}
	}
	p.sum.end(separator)
	return p.w.ended()
}

func (p *pass) member(separator *byte) bool {
	key, ok := p.w.value(maxEntry)
	if !ok || key[0] != '"' || !plainText(key[1:len(key)-1]) {
		return false
	}
	name := string(key[1 : len(key)-1])
	if name <= p.last || !p.w.take(':') {
		return false
	}
	p.last = name
	if name != "digest" {
		p.sum.key(separator, name)
	}
	if name == "files" {
		return p.files()
	}
	value, ok := p.w.value(maxMember)
	if ok && name != "digest" {
		p.sum.compact(value)
	}
	p.rest = append(p.rest, member{[]byte(name), bytes.Clone(value)})
	return ok
}

// files goes through the array of files, which is null where there are none.
func (p *pass) files() bool {
	if !p.w.take('[') {
		value, ok := p.w.value(maxEntry)
		p.sum.compact(value)
		return ok && string(value) == "null"
	}
	p.sum.put('[')
	for n := 0; !p.w.take(']'); n++ {
		if n > 0 {
			if !p.w.take(',') {
				return false
			}
			p.sum.put(',')
		}
		file, ok := p.w.value(maxEntry)
		if !ok {
			return false
		}
		p.sum.compact(file)
		if p.stop = p.each(file); p.stop != nil {
			return false
		}
	}
	p.sum.put(']')
	return true
}

// seal are the members that [checkDigest] asks for.
func (p *pass) seal() map[string]json.RawMessage {
	fields := map[string]json.RawMessage{}
	for _, m := range p.rest {
		fields[string(m.key)] = m.value
	}
	return fields
}

// manifest is all but the files.
func (p *pass) manifest() (Manifest, error) {
	var m Manifest
	plain, err := json.Marshal(p.seal())
	if err == nil {
		err = json.Unmarshal(plain, &m)
	}
	m.Files = nil
	if err != nil {
		return Manifest{}, fmt.Errorf("%w: %v", ErrDamaged, err)
	}
	return m, nil
}
