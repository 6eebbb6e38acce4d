package backup

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strconv"
)

// Outline is where the files of a manifest lie and how long they are: all that a look at a
// backup needs, in a twentieth of the memory of the manifest.
type Outline []Shelf

// Shelf is the files of one directory that follow each other in a manifest.
type Shelf struct {
	Root  string // as [File] has it
	Dir   string // below it, with its slash; empty for Root itself
	Len   int    // how many files
	items []byte // each: length of the name, name, length of the file
}

// Item is a file of a shelf.
type Item struct {
	Name  string
	Bytes int64
}

// File is an item as the manifest names it.
func (s Shelf) File(i Item) File {
	return File{Root: s.Root, Path: s.Dir + i.Name, Bytes: i.Bytes}
}

// Items are the files of the shelf, in their order.
func (s Shelf) Items() iter.Seq[Item] {
	return func(yield func(Item) bool) {
		for rest := s.items; len(rest) > 0; {
			length, n := binary.Uvarint(rest)
			name := rest[n : n+int(length)]
			size, m := binary.Varint(rest[n+len(name):])
			rest = rest[n+len(name)+m:]
			if !yield(Item{Name: string(name), Bytes: size}) {
				return
			}
		}
	}
}

// Bytes is how long the files of the shelf are together.
func (s Shelf) Bytes() int64 {
	var total int64
	for item := range s.Items() {
		total += item.Bytes
	}
	return total
}

// Bytes is how long all files are together.
func (o Outline) Bytes() int64 {
	var total int64
	for _, s := range o {
		total += s.Bytes()
	}
	return total
}

// BytesBelow is how long those are that lie below a root.
func (o Outline) BytesBelow(root string) int64 {
	var total int64
	for _, s := range o {
		if s.Root == root {
			total += s.Bytes()
		}
	}
	return total
}

// Memory is about how many bytes the outline takes.
func (o Outline) Memory() int64 {
	var total int64
	for _, s := range o {
		total += int64(64 + len(s.Root) + len(s.Dir) + len(s.items))
	}
	return total
}

// ReadOutline reads a manifest that a record vouches for by its digest: the manifest's own
// digest is not looked at again. It is several times faster than [ReadManifest].
func ReadOutline(r io.Reader) (Outline, error) {
	var o Outline
	var bad error
	var last place
	p := newPass(r, func(raw []byte) error {
		size, err := last.read(raw)
		if bad == nil {
			bad = err
		}
		o.add(last.root, last.path, size)
		return nil
	})
	if err := p.run(); err != nil {
		return nil, err
	}
	if err := checkVersion(p.seal()); err != nil {
		return nil, err
	}
	if bad != nil {
		return nil, fmt.Errorf("%w: %v", ErrDamaged, bad)
	}
	return o.fit(), nil
}

// OutlineOf is the outline of a manifest of these files.
func OutlineOf(files iter.Seq[File]) Outline {
	var o Outline
	for f := range files {
		o.add([]byte(f.Root), []byte(f.Path), f.Bytes)
	}
	return o.fit()
}

// add copies what it keeps.
func (o *Outline) add(root, file []byte, size int64) {
	slash := bytes.LastIndexByte(file, '/') + 1
	dir, name := file[:slash], file[slash:]
	if n := len(*o); n == 0 || (*o)[n-1].Root != string(root) || (*o)[n-1].Dir != string(dir) {
		*o = append(*o, Shelf{Root: string(root), Dir: string(dir)})
	}
	last := &(*o)[len(*o)-1]
	last.items = binary.AppendUvarint(last.items, uint64(len(name)))
	last.items = append(last.items, name...)
	last.items = binary.AppendVarint(last.items, size)
	last.Len++
}

// fit gives back the room that was made for more.
func (o Outline) fit() Outline {
	for i := range o {
		o[i].items = bytes.Clone(o[i].items)
	}
	return o
}

// place is where the file lies that was read last.
type place struct{ root, path []byte }

// read reads a file's entry.
func (p *place) read(entry []byte) (size int64, err error) {
	size, end, ok := p.scan(entry, 0)
	if ok && end == len(entry) {
		return size, nil
	}
	var f File // not as cwb writes it: encoding/json decides
	err = json.Unmarshal(entry, &f)
	p.root, p.path = []byte(f.Root), []byte(f.Path)
	return f.Bytes, err
}

// scan reads the file at i, and gives where its object ends.
func (p *place) scan(data []byte, i int) (size int64, end int, ok bool) {
	if data[i] != '{' {
		return 0, 0, false
	}
	p.root, p.path = nil, nil
	for i = skipSpace(data, i+1); i < len(data) && data[i] != '}'; {
		var m member
		if m, i, ok = nextMember(data, i); !ok {
			return 0, 0, false
		}
		switch string(m.key) {
		case "root":
			p.root, ok = textOf(m.value)
		case "path":
			p.path, ok = textOf(m.value)
		case "bytes":
			n, err := strconv.ParseInt(string(m.value), 10, 64)
			size, ok = n, err == nil
		}
		if !ok {
			return 0, 0, false
		}
	}
	return size, i + 1, i < len(data) && p.path != nil
}

// textOf is what a string says.
func textOf(value []byte) ([]byte, bool) {
	if len(value) < 2 || value[0] != '"' {
		return nil, false
	}
	if inner := value[1 : len(value)-1]; plainText(inner) {
		return inner, true
	}
	var s string
	err := json.Unmarshal(value, &s)
	return []byte(s), err == nil
}
