package mysqlengine

import (
	"fmt"
	"strconv"
)

// A value of many megabytes would make a statement larger than client and server take in one
// packet (16 MiB unless told otherwise). It is put together in a user variable instead.
const (
	largeValue = 256 << 10
	largePiece = 2 << 20 // of a value, in one statement, which has twice as many bytes
)

func hasLarge(fields [][]byte) bool {
	for _, f := range fields {
		if len(f) > largeValue {
			return true
		}
	}
	return false
}

// setLarge writes the statements that put a row's large values into variables. A server
// whose max_allowed_packet is too small makes CONCAT give NULL with a mere warning; so the
// length is compared, and the subquery of two rows is an error that ends the load.
func (x *export) setLarge(fields [][]byte) error {
	for i, value := range fields {
		if len(value) <= largeValue {
			continue
		}
		variable := largeVariable(i)
		x.line("SET " + variable + " = ''")
		for rest := value; len(rest) > 0; {
			n := min(len(rest), largePiece)
			x.out.WriteString("SET " + variable + " = CONCAT(" + variable + ", ")
			x.out.Write(appendHex(nil, rest[:n]))
			x.out.WriteString(");\n")
			rest = rest[n:]
		}
		x.line(fmt.Sprintf("SET @cwb_whole = IF(LENGTH(%s) <=> %d, 1, (SELECT 'raise max_allowed_packet' UNION SELECT 2))", variable, len(value)))
	}
	_, err := x.out.WriteString("")
	return err
}

func largeVariable(i int) string { return "@cwb" + strconv.Itoa(i) }

// appendVariable appends what stands for a large value.
func (c column) appendVariable(dst []byte, i int) []byte {
	if c.Encoding == asParsed {
		return append(dst, "CONVERT("+largeVariable(i)+" USING utf8mb4)"...)
	}
	return append(dst, largeVariable(i)...)
}
