package subscribers

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
)

// Options say which lines [Generate] makes.
type Options struct {
	Owned      int    // lines that have an owner, each a different one
	Free       int    // numbers of the pool that nobody has
	Seed       uint64 // other seeds give other ids, digests and passwords for the same numbers
	HomeDomain string // "example.com" when empty
}

// Line is one number of the pool with everything that is kept about it.
type Line struct {
	NumberID string // a UUID as text
	Number   string // the public identity, a SIP URI
	PSTN     bool
	Owner    *User // nil where nobody has the number; then the fields below are empty

	PrivateID      string
	Digest         string // in the form of the oldest releases: "b" and 48 bytes in URL-safe base64
	FilterCriteria string // XML
	Simservs       string // XML
}

// User is an account of Ellis.
type User struct {
	UserID   string // a UUID as text
	Password string // in the form of bcrypt; no password has this hash
	FullName string
	Email    string
}

// The pool that Clearwater's installation makes starts here.
const (
	firstNumber = 6505550000
	firstPSTN   = 2125550100
	everyPSTN   = 10 // one line in so many has a number of the telephone network
)

// Generate makes the lines, owned ones first.
func Generate(options Options) []Line {
	domain := options.HomeDomain
	if domain == "" {
		domain = "example.com"
	}
	source := rand.New(rand.NewPCG(options.Seed, 1))
	lines := make([]Line, options.Owned+options.Free)
	for i := range lines {
		lines[i] = number(source, i, domain)
		if i < options.Owned {
			lines[i].give(source, i, domain)
		}
	}
	return lines
}

// number makes the i-th number of the pool.
func number(source *rand.Rand, i int, domain string) Line {
	line := Line{NumberID: uuid(source), PSTN: i%everyPSTN == everyPSTN-1}
	if line.PSTN {
		line.Number = fmt.Sprintf("sip:+1%d@%s", firstPSTN+i/everyPSTN, domain)
	} else {
		line.Number = fmt.Sprintf("sip:%d@%s", firstNumber+i, domain)
	}
	return line
}

// give gives the line to the i-th user.
func (l *Line) give(source *rand.Rand, i int, domain string) {
	l.Owner = &User{
		UserID:   uuid(source),
		Password: "$2a$10$" + base64.RawURLEncoding.EncodeToString(random(source, 40))[:53],
		FullName: fullName(i),
		Email:    fmt.Sprintf("user%d@%s", i, domain),
	}
	l.PrivateID = strings.TrimPrefix(l.Number, "sip:")
	l.Digest = "b" + base64.RawURLEncoding.EncodeToString(random(source, 48))
	l.FilterCriteria = filterCriteria(domain)
	l.Simservs = simservs
}

// fullName gives names of the kinds that break careless tools, among plain ones.
func fullName(i int) string {
	names := []string{"Alice Example", "Bob O'Brien", `Zoë "Zed" Müller`, "山田 太郎", `back\slash`, "tab\tand\nline", "100% _wild_", "😀 Smile"}
	return fmt.Sprintf("%s %d", names[i%len(names)], i)
}

func uuid(source *rand.Rand) string {
	b := random(source, 16)
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	text := hex.EncodeToString(b)
	return strings.Join([]string{text[:8], text[8:12], text[12:16], text[16:20], text[20:]}, "-")
}

func random(source *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(source.Uint32())
	}
	return b
}
