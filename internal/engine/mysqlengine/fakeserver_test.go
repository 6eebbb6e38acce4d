//go:build servers

package mysqlengine

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestRecordedTakeIsOfARealServer holds testdata/take.json, which the fake server answers
// from, to what the engine asks today. CWB_RECORD=1 records it anew.
func TestRecordedTakeIsOfARealServer(t *testing.T) {
	b := newBed(t)
	b.run(ellisSchema)
	r := &recorder{}
	node := b.node("ellis")
	node.MySQL.Socket = r.listen(t, b.Socket)
	if _, _, err := b.take(b.engine(node)); err != nil {
		t.Fatal(err)
	}
	if os.Getenv("CWB_RECORD") != "" {
		content, err := json.MarshalIndent(r.replies, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		content = append(ofNoMachine(content, b), '\n')
		if err := os.WriteFile(filepath.Join("testdata", "take.json"), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	recorded := map[string]bool{}
	for _, reply := range readTake(t) {
		recorded[reply.Ask] = true
	}
	for _, reply := range r.replies {
		if !recorded[reply.Ask] && !strings.Contains(reply.Ask, "BINLOG_GTID_POS") { // has the position in it
			t.Errorf("the recorded take lacks %q; record it with CWB_RECORD=1", reply.Ask)
		}
	}
}

var passwordHash = regexp.MustCompile(` IDENTIFIED BY PASSWORD '[^']*'`)

// ofNoMachine takes out what is this machine's.
func ofNoMachine(content []byte, b *bed) []byte {
	host, _ := os.Hostname()
	content = passwordHash.ReplaceAll(content, nil)
	content = bytes.ReplaceAll(content, []byte(b.DataDir+"/"), []byte("/var/lib/mysql/"))
	return bytes.ReplaceAll(content, []byte(`"`+host+`"`), []byte(`"db-1.example.com"`))
}

// recorder is a proxy of one connection that notes the results of statements.
type recorder struct{ replies []reply }

func (r *recorder) listen(t *testing.T, server string) string {
	socket := filepath.Join(filepath.Dir(server), "recorder.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		defer client.Close()
		upstream, err := net.Dial("unix", server)
		if err != nil {
			return
		}
		defer upstream.Close()
		r.pass(t, client, upstream)
	}()
	return socket
}

// pass passes a login and statements on. The first packet of an answer says how many follow.
func (r *recorder) pass(t *testing.T, client, server net.Conn) {
	var server2client [][]byte
	relay := func(from, to net.Conn) (payload []byte, err error) {
		packet := make([]byte, 4)
		if _, err := io.ReadFull(from, packet); err != nil {
			return nil, err
		}
		packet = append(packet, make([]byte, int(packet[0])|int(packet[1])<<8|int(packet[2])<<16)...)
		if _, err := io.ReadFull(from, packet[4:]); err != nil {
			return nil, err
		}
		_, err = to.Write(packet)
		return packet[4:], err
	}
	for _, from := range []net.Conn{server, client, server} { // greeting, login, OK
		to := client
		if from == client {
			to = server
		}
		if _, err := relay(from, to); err != nil {
			t.Error(err)
			return
		}
	}
	for {
		ask, err := relay(client, server)
		if err != nil || ask[0] != comQuery {
			return
		}
		server2client = nil
		for {
			payload, err := relay(server, client)
			if err != nil {
				return
			}
			server2client = append(server2client, payload)
			first := server2client[0][0]
			if first == 0 || first == packetError || payload[0] == packetEOF && len(payload) < 20 {
				break
			}
		}
		r.note(string(ask[1:]), server2client)
	}
}

// note keeps what is no mere OK.
func (r *recorder) note(ask string, answer [][]byte) {
	switch first := answer[0]; first[0] {
	case 0:
	case packetError:
		r.replies = append(r.replies, reply{Ask: ask, Err: uint16(first[1]) | uint16(first[2])<<8})
	default:
		n := int(first[0])
		out := reply{Ask: ask}
		for _, d := range answer[1 : 1+n] {
			out.Columns = append(out.Columns, *fields(d, 5)[4])
		}
		for _, row := range answer[1+n : len(answer)-1] {
			out.Rows = append(out.Rows, fields(row, n))
		}
		r.replies = append(r.replies, out)
	}
}

// fields reads strings with their lengths; nil is NULL.
func fields(p []byte, n int) []*string {
	var out []*string
	for range n {
		size, taken, null := lengthInteger(p)
		p = p[taken:]
		if null {
			out = append(out, nil)
			continue
		}
		value := string(p[:size])
		out, p = append(out, &value), p[size:]
	}
	return out
}
