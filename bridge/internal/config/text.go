package config

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"unicode/utf16"
)

// decoded gives the text of a file as UTF-8: it may begin with a byte order mark, and be UTF-16, as PowerShell's > writes
// it.
func decoded(file []byte) []byte {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(file, []byte{0xEF, 0xBB, 0xBF}):
		return file[3:]
	case bytes.HasPrefix(file, []byte{0xFF, 0xFE}):
		order = binary.LittleEndian
	case bytes.HasPrefix(file, []byte{0xFE, 0xFF}):
		order = binary.BigEndian
	default:
		return file
	}
	units := make([]uint16, (len(file)-2)/2)
	for i := range units {
		units[i] = order.Uint16(file[2+2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}

// withoutComments gives the text with blanks in place of // and /* */ comments, so that offsets stay as they are.
func withoutComments(text []byte) []byte {
	plain := append([]byte(nil), text...)
	blank := func(from, to int) {
		for i := from; i < to; i++ {
			if plain[i] != '\n' {
				plain[i] = ' '
			}
		}
	}
	for at := 0; at < len(plain); at++ {
		switch {
		case plain[at] == '"':
			for at++; at < len(plain) && plain[at] != '"'; at++ {
				if plain[at] == '\\' {
					at++
				}
			}
		case bytes.HasPrefix(plain[at:], []byte("//")):
			end := at
			for end < len(plain) && plain[end] != '\n' {
				end++
			}
			blank(at, end)
		case bytes.HasPrefix(plain[at:], []byte("/*")):
			end := len(plain)
			if length := bytes.Index(plain[at+2:], []byte("*/")); length >= 0 {
				end = at + 2 + length + 2
			}
			blank(at, end)
		}
	}
	return plain
}

// place gives line and column of an offset, as editors count them.
func place(text []byte, offset int64) string {
	if offset > int64(len(text)) {
		offset = int64(len(text))
	}
	before := text[:offset]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len([]rune(string(before[bytes.LastIndexByte(before, '\n')+1:]))) + 1
	return fmt.Sprintf("line %d, column %d", line, column)
}
